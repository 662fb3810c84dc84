{{/* Connections that every process has, the migration too. */}}
{{- define "adherence.connections" -}}
{{- with .Values.kafka }}
- name: KAFKA_BROKERS
  value: {{ join "," .brokers | quote }}
- name: KAFKA_SSL
  value: {{ .tls.enabled | quote }}
{{- if .tls.caSecret }}
- name: KAFKA_SSL_CA_FILE
  value: /etc/adherence/kafka/ca.crt
{{- end }}
{{- if .sasl.mechanism }}
- name: KAFKA_SASL_MECHANISM
  value: {{ .sasl.mechanism }}
{{- include "adherence.fromSecret" (dict "prefix" "KAFKA_SASL" "from" .sasl) }}
{{- end }}
{{- end }}
- name: SCHEMA_REGISTRY_URL
  value: {{ .Values.schemaRegistry.url | quote }}
{{- if .Values.schemaRegistry.existingSecret }}
{{- include "adherence.fromSecret" (dict "prefix" "SCHEMA_REGISTRY" "from" .Values.schemaRegistry) }}
{{- end }}
- name: CLICKHOUSE_URL
  value: {{ .Values.clickhouse.url | quote }}
{{- if .Values.clickhouse.database }}
- name: CLICKHOUSE_DATABASE
  value: {{ .Values.clickhouse.database | quote }}
{{- end }}
{{- if .Values.clickhouse.existingSecret }}
{{- include "adherence.fromSecret" (dict "prefix" "CLICKHOUSE" "from" .Values.clickhouse) }}
{{- end }}
- name: LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- if .Values.extraCertificates.existingSecret }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/adherence/certificates/ca.crt
{{- end }}
# The heap may take three quarters of the memory limit; the rest is for buffers.
- name: NODE_OPTIONS
  value: --max-old-space-size-percentage=75
{{- end -}}

{{- define "adherence.fromSecret" }}
- name: {{ .prefix }}_USERNAME
  valueFrom: { secretKeyRef: { name: {{ .from.existingSecret }}, key: {{ .from.usernameKey }} } }
- name: {{ .prefix }}_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .from.existingSecret }}, key: {{ .from.passwordKey }} } }
{{- end -}}

{{/* Of console and enrichment: one seals, the other opens. */}}
{{- define "adherence.secretsKeys" }}
{{- with .Values.secrets }}
- name: SECRETS_KEY
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .secretsKeyKey }} } }
{{- if .previousSecretsKeyKey }}
- name: SECRETS_KEY_PREVIOUS
  valueFrom: { secretKeyRef: { name: {{ .existingSecret }}, key: {{ .previousSecretsKeyKey }} } }
{{- end }}
{{- end }}
{{- end -}}

{{- define "adherence.certificateMounts" -}}
{{- if .Values.kafka.tls.caSecret }}
- { name: kafka-ca, mountPath: /etc/adherence/kafka, readOnly: true }
{{- end }}
{{- if .Values.extraCertificates.existingSecret }}
- { name: certificates, mountPath: /etc/adherence/certificates, readOnly: true }
{{- end }}
{{- end -}}

{{- define "adherence.certificateVolumes" -}}
{{- with .Values.kafka.tls }}
{{- if .caSecret }}
- name: kafka-ca
  secret:
    secretName: {{ .caSecret }}
    items: [{ key: {{ .caKey }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- with .Values.extraCertificates }}
{{- if .existingSecret }}
- name: certificates
  secret:
    secretName: {{ .existingSecret }}
    items: [{ key: {{ .key }}, path: ca.crt }]
{{- end }}
{{- end }}
{{- end -}}

{{/* Settings of a service by their names in .env.example. */}}
{{- define "adherence.settings" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  {{- /* A number of a values file arrives as a float. */}}
  value: {{ kindIs "float64" $value | ternary (printf "%.0f" $value) (toString $value) | quote }}
{{- end }}
{{- end -}}
