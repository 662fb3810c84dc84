{{- define "adherence.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* At most 40 characters, so that the names of objects and of their pods stay within 63. */}}
{{- define "adherence.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "adherence.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "adherence.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Of a component: (dict "root" $ "component" "ingress"). */}}
{{- define "adherence.component" -}}
{{- printf "%s-%s" (include "adherence.fullname" .root) .component -}}
{{- end -}}

{{- define "adherence.selector" -}}
app.kubernetes.io/name: {{ include "adherence.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "adherence.labels" -}}
{{ include "adherence.selector" . }}
{{ include "adherence.chartLabels" .root }}
{{- end -}}

{{- define "adherence.chartLabels" -}}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: odigo-adherence
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "adherence.image" -}}
{{- $image := .root.Values.image -}}
{{- printf "%s/%s-%s:%s" $image.registry $image.repository .component (default .root.Chart.AppVersion $image.tag) -}}
{{- end -}}

{{- define "adherence.serviceAccount" -}}
{{- default (include "adherence.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* Where Odigo reaches the ingress. */}}
{{- define "adherence.ingressUrl" -}}
{{- if .Values.ingress.publicUrl -}}
{{- .Values.ingress.publicUrl -}}
{{- else if .Values.ingress.publish.enabled -}}
{{- printf "https://%s" .Values.ingress.publish.host -}}
{{- end -}}
{{- end -}}
