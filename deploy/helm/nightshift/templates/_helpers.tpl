{{- define "nightshift.labels" -}}
app.kubernetes.io/name: nightshift
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}
{{- define "nightshift.selector" -}}
app.kubernetes.io/name: nightshift
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
{{- define "nightshift.container" -}}
image: {{ printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
env:
  - { name: NIGHTSHIFT_CONFIG, value: /etc/nightshift/nightshift.yaml }
  {{- if .Values.playbooks }}
  - { name: NIGHTSHIFT_PLAYBOOKS, value: /etc/nightshift-playbooks }
  {{- end }}
  {{- if .Values.redis.own }}
  - { name: REDIS_URL, value: {{ printf "redis://%s-redis:6379" .Release.Name | quote }} }
  {{- else if .Values.redis.url }}
  - { name: REDIS_URL, value: {{ .Values.redis.url | quote }} }
  {{- end }}
  {{- range $name, $value := .Values.env }}
  - { name: {{ $name }}, value: {{ $value | toString | quote }} }
  {{- end }}
envFrom:
  - secretRef: { name: {{ .Values.secretName }} }
volumeMounts:
  - { name: config, mountPath: /etc/nightshift, readOnly: true }
  {{- if .Values.playbooks }}
  - { name: playbooks, mountPath: /etc/nightshift-playbooks, readOnly: true }
  {{- end }}
  - { name: data, mountPath: /data }
  - { name: tmp, mountPath: /tmp }
{{- end }}
{{- define "nightshift.pod" -}}
serviceAccountName: {{ .Values.serviceAccount.name }}
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  fsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toJson . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toJson . }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toJson . }}
{{- end }}
volumes:
  - { name: config, configMap: { name: {{ .Release.Name }}-config } }
  {{- if .Values.playbooks }}
  - { name: playbooks, configMap: { name: {{ .Release.Name }}-playbooks } }
  {{- end }}
  - { name: data, emptyDir: { sizeLimit: 1Gi } }
  - { name: tmp, emptyDir: { sizeLimit: 256Mi } }
{{- end }}
