{{/*
What cannot work is refused here, each time with what to do about it. Types and unknown names are refused by
values.schema.json before.
*/}}
{{- define "adherence.guards" -}}
{{- $faults := list -}}
{{- $partitions := 24 -}}

{{- with .Values -}}
{{- if not .image.registry -}}
{{- $faults = append $faults "image.registry is empty: say where the images of deploy/Dockerfile were pushed, as in --set image.registry=registry.example.com/adherence" -}}
{{- end -}}
{{- if eq .image.tag "latest" -}}
{{- $faults = append $faults "image.tag is latest: pods of one release would differ and a rollback would change nothing; name a version" -}}
{{- end -}}
{{- if not .kafka.brokers -}}
{{- $faults = append $faults "kafka.brokers is empty: give host:port of some brokers, as in --set kafka.brokers={kafka-bootstrap.kafka:9092}; the chart brings no Kafka (deploy/examples/strimzi.yaml has one)" -}}
{{- end -}}
{{- range .kafka.brokers -}}
{{- if not (regexMatch "^([^\\s:/,]+|\\[[^\\]]+\\]):[0-9]{1,5}$" .) -}}
{{- $faults = append $faults (printf "kafka.brokers has %q: write host:port, without a scheme" .) -}}
{{- end -}}
{{- end -}}
{{- range $name, $url := dict "schemaRegistry.url" .schemaRegistry.url "clickhouse.url" .clickhouse.url -}}
{{- if not $url -}}
{{- $faults = append $faults (printf "%s is empty: give its http or https address; the chart brings none (deploy/examples)" $name) -}}
{{- else if not (regexMatch "^https?://[^\\s/@]+(/[^\\s]*)?$" $url) -}}
{{- $faults = append $faults (printf "%s is not an http or https address without user and password: credentials belong in %s" $name (replace ".url" ".existingSecret" $name)) -}}
{{- end -}}
{{- end -}}
{{- if and .kafka.sasl.mechanism (not .kafka.sasl.existingSecret) -}}
{{- $faults = append $faults "kafka.sasl.mechanism is set without kafka.sasl.existingSecret: make a Secret with username and password and name it" -}}
{{- end -}}
{{- if and .kafka.sasl.existingSecret (not .kafka.sasl.mechanism) -}}
{{- $faults = append $faults "kafka.sasl.existingSecret is set without kafka.sasl.mechanism: say plain, scram-sha-256 or scram-sha-512, or leave the Secret out" -}}
{{- end -}}
{{- if and (eq .kafka.sasl.mechanism "plain") (not .kafka.tls.enabled) -}}
{{- $faults = append $faults "kafka.sasl.mechanism is plain without TLS, which sends the password in the clear: set kafka.tls.enabled=true or use scram-sha-512" -}}
{{- end -}}
{{- if and .kafka.tls.caSecret (not .kafka.tls.enabled) -}}
{{- $faults = append $faults "kafka.tls.caSecret is set while kafka.tls.enabled is false: set kafka.tls.enabled=true, or leave the certificate out" -}}
{{- end -}}
{{- if not .secrets.existingSecret -}}
{{- $faults = append $faults "secrets.existingSecret is empty: kubectl create secret generic adherence-secrets --from-literal=operator-token=$(openssl rand -hex 24) --from-literal=secrets-key=$(openssl rand -base64 32), and name it; keep the key, what it sealed can be read by nothing else" -}}
{{- end -}}

{{- if not (include "adherence.ingressUrl" $) -}}
{{- $faults = append $faults "ingress.publicUrl is empty: say where Odigo reaches the ingress, as in https://hooks.example.com, or let the chart publish it with ingress.publish" -}}
{{- else if not (regexMatch "^https://[^\\s/]+" (include "adherence.ingressUrl" $)) -}}
{{- $faults = append $faults (printf "ingress.publicUrl is %s: the address holds a token, so it has to be https" (include "adherence.ingressUrl" $)) -}}
{{- end -}}
{{- range $component := list "ingress" "console" -}}
{{- $publish := (index $.Values $component).publish -}}
{{- if and $publish.enabled (or (not $publish.host) (not $publish.tlsSecret)) -}}
{{- $faults = append $faults (printf "%s.publish needs host and tlsSecret: tokens travel there, so there is no publishing without TLS" $component) -}}
{{- end -}}
{{- end -}}
{{- if and .console.publish.enabled (not .console.secureCookies) -}}
{{- $faults = append $faults "console.secureCookies is false while the console is published by https: set it to true" -}}
{{- end -}}

{{- range $component := list "ingress" "enrichment" "adherence" "console" -}}
{{- $values := index $.Values $component -}}
{{- $scaling := $values.autoscaling -}}
{{- $least := $scaling.enabled | ternary $scaling.minReplicas $values.replicas | int -}}
{{- $most := $scaling.enabled | ternary $scaling.maxReplicas $values.replicas | int -}}
{{- $leastName := $scaling.enabled | ternary "autoscaling.minReplicas" "replicas" -}}
{{- $mostName := $scaling.enabled | ternary "autoscaling.maxReplicas" "replicas" -}}
{{- if lt $least 2 -}}
{{- $faults = append $faults (printf "%s.%s is %d: a rollout or a lost node would stop it; at least 2" $component $leastName $least) -}}
{{- end -}}
{{- if lt $most $least -}}
{{- $faults = append $faults (printf "%s.autoscaling.maxReplicas (%d) is below minReplicas (%d): raise it or lower minReplicas" $component $most $least) -}}
{{- end -}}
{{- if and (has $component (list "enrichment" "adherence")) (gt $most $partitions) -}}
{{- $faults = append $faults (printf "%s.%s is %d, but its topic has %d partitions and a replica beyond them would be idle: at most %d" $component $mostName $most $partitions $partitions) -}}
{{- end -}}
{{- $preStop := has $component (list "ingress" "console") | ternary 5 0 -}}
{{- $needs := add (int $values.shutdownGraceSeconds) $preStop 5 | int -}}
{{- if lt (int $values.terminationGracePeriodSeconds) $needs -}}
{{- $faults = append $faults (printf "%s.terminationGracePeriodSeconds is %d, so it would be killed while it drains: shutdownGraceSeconds %d and what comes before need %d; raise it or lower shutdownGraceSeconds" $component (int $values.terminationGracePeriodSeconds) (int $values.shutdownGraceSeconds) $needs) -}}
{{- end -}}
{{- if and (has $component (list "enrichment" "adherence")) $scaling.enabled -}}
{{- if and $scaling.eventAge.enabled (not $.Values.prometheus.url) -}}
{{- $faults = append $faults (printf "%s.autoscaling.eventAge needs prometheus.url: give Prometheus's address, or scale by lag alone with %s.autoscaling.eventAge.enabled=false" $component $component) -}}
{{- end -}}
{{- end -}}
{{- if and (has $component (list "ingress" "console")) $scaling.enabled (not (dig "requests" "cpu" "" $values.resources)) -}}
{{- $faults = append $faults (printf "%s.autoscaling is by CPU and needs %s.resources.requests.cpu: set it, or autoscaling.enabled=false" $component $component) -}}
{{- end -}}
{{- if not (dig "limits" "memory" "" $values.resources) -}}
{{- $faults = append $faults (printf "%s.resources.limits.memory is not set, and the heap is measured by it: set it" $component) -}}
{{- end -}}
{{- end -}}

{{- if and (not .ingress.spool.enabled) (not .ingress.spool.acceptRefusalsWhileKafkaIsDown) -}}
{{- $faults = append $faults "ingress.spool is off, so the ingress answers 503 while Kafka is away: set ingress.spool.enabled=true (it needs a storage class), or accept it with ingress.spool.acceptRefusalsWhileKafkaIsDown=true" -}}
{{- end -}}
{{- if and .ingress.spool.enabled (not (include "adherence.spoolBytes" .ingress.spool.size)) -}}
{{- $faults = append $faults (printf "ingress.spool.size is %q: write it in whole Mi, Gi or Ti, at least 128Mi" .ingress.spool.size) -}}
{{- end -}}
{{- if and .monitoring.prometheusRule.enabled (not .monitoring.serviceMonitor.enabled) -}}
{{- $faults = append $faults "monitoring.prometheusRule is enabled without monitoring.serviceMonitor: alerts on metrics that nobody reads never fire; enable both" -}}
{{- end -}}
{{- end -}}

{{- with $faults -}}
{{- fail (printf "\n\nThese values cannot work:\n  - %s\n" (join "\n  - " .)) -}}
{{- end -}}
{{- end -}}

{{/* Nine tenths of the volume's bytes; nothing when they cannot be told or are too few. */}}
{{- define "adherence.spoolBytes" -}}
{{- if regexMatch "^[1-9][0-9]*[MGT]i$" . -}}
{{- $mebibytes := mul (regexFind "^[0-9]+" . | int64) (get (dict "Mi" 1 "Gi" 1024 "Ti" 1048576) (regexFind "[MGT]i$" .)) -}}
{{- if ge $mebibytes 128 -}}
{{- div (mul $mebibytes 1048576 9) 10 -}}
{{- end -}}
{{- end -}}
{{- end -}}
