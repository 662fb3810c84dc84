{{/*
The pod of a service: (dict "root" $ "component" "ingress" "values" .Values.ingress "environment" "..." "ports" "..."
"mounts" "..." "preStopSeconds" 5 "revisionLabel" "pod-template-hash").
*/}}
{{- define "adherence.pod" -}}
metadata:
  {{- /* Not the chart's version: it alone must not roll consumers. */}}
  labels:
    {{- include "adherence.selector" . | nindent 4 }}
    app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ .component }}
    {{- with .values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "adherence.serviceAccount" .root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- include "adherence.pullSecrets" .root | nindent 2 }}
  securityContext:
    {{- include "adherence.podSecurity" . | nindent 4 }}
  terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
  {{- with .values.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- range $key, $unsatisfiable := dict "topology.kubernetes.io/zone" .root.Values.topologySpread.zones "kubernetes.io/hostname" .root.Values.topologySpread.nodes }}
    - topologyKey: {{ $key }}
      maxSkew: 1
      whenUnsatisfiable: {{ $unsatisfiable }}
      nodeTaintsPolicy: Honor
      labelSelector:
        matchLabels:
          {{- include "adherence.selector" $ | nindent 10 }}
      {{- with $.revisionLabel }}
      matchLabelKeys: [{{ . }}]
      {{- end }}
    {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "adherence.image" . | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      securityContext:
        {{- include "adherence.containerSecurity" . | nindent 8 }}
      env:
        {{- include "adherence.connections" .root | nindent 8 }}
        - name: SHUTDOWN_GRACE_SECONDS
          value: {{ .values.shutdownGraceSeconds | quote }}
        {{- with .root.Values.tracing }}
        {{- if .endpoint }}
        - name: OTEL_EXPORTER_OTLP_ENDPOINT
          value: {{ .endpoint | quote }}
        - name: OTEL_TRACES_SAMPLER_ARG
          value: {{ .sampleRatio | quote }}
        {{- end }}
        {{- end }}
        {{- with .environment }}
        {{- . | nindent 8 }}
        {{- end }}
        {{- with include "adherence.settings" .values.config }}
        {{- . | nindent 8 }}
        {{- end }}
      ports:
        - { name: admin, containerPort: 9464 }
        {{- with .ports }}
        {{- . | nindent 8 }}
        {{- end }}
      # The admin port opens first; a start folds the configuration and, with adherence, loads people.
      startupProbe:
        httpGet: { path: /livez, port: admin }
        periodSeconds: 2
        failureThreshold: 30
      livenessProbe:
        httpGet: { path: /livez, port: admin }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: { path: /readyz, port: admin }
        periodSeconds: 5
        timeoutSeconds: 6
        failureThreshold: 2
      {{- with .preStopSeconds }}
      # Until load balancers know that this pod takes no more.
      lifecycle:
        preStop: { sleep: { seconds: {{ . }} } }
      {{- end }}
      resources:
        {{- toYaml .values.resources | nindent 8 }}
      {{- $mounts := trim (printf "%s\n%s" (include "adherence.certificateMounts" .root) (default "" .mounts)) }}
      {{- with $mounts }}
      volumeMounts:
        {{- . | nindent 8 }}
      {{- end }}
  {{- with include "adherence.certificateVolumes" .root | trim }}
  volumes:
    {{- . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- define "adherence.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "adherence.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{- define "adherence.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}
