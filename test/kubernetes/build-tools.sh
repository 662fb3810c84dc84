#!/usr/bin/env bash
# Makes the programs of the chart's tests from Go modules: helm, kubeconform, promtool and a Kubernetes control plane
# whose nodes only pretend to run pods (kwok). About ten minutes on two cores the first time, seconds afterwards.
# Needs Go 1.26. Into "$KUBE_DIR/bin"; arguments choose: build-tools.sh helm kubeconform promtool plane.
set -euo pipefail
KUBE_DIR=${KUBE_DIR:-$HOME/.cache/odigo-adherence/kubernetes}
export GOBIN=$KUBE_DIR/bin GOFLAGS=-mod=mod GOTOOLCHAIN=local
mkdir -p "$GOBIN"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

KUBERNETES=34.2
STAGING='api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap
  code-generator component-base component-helpers controller-manager cri-api cri-client csi-translation-lib
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy
  kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin
  sample-controller'

# Kubernetes names its own parts as v0.0.0 and replaces them, which `go install` does not follow.
kubernetes_module() {
  printf 'module tools\ngo 1.25\nrequire k8s.io/kubernetes v1.%s\n' "$1"
  for part in $STAGING; do printf 'replace k8s.io/%s => k8s.io/%s v0.%s\n' "$part" "$part" "$1"; done
}

plane() {
  go install sigs.k8s.io/kwok/cmd/kwok@v0.7.0
  mkdir "$folder/kubernetes" && cd "$folder/kubernetes"
  kubernetes_module "$KUBERNETES" >go.mod
  printf 'package tools\nimport _ "k8s.io/kubernetes/cmd/kube-apiserver/app"\n' >tools.go
  for program in kube-apiserver kube-controller-manager kube-scheduler; do
    go build -o "$GOBIN/$program" "k8s.io/kubernetes/cmd/$program"
  done
  mkdir "$folder/etcd" && cd "$folder/etcd"
  printf 'module etcd\ngo 1.25\nrequire go.etcd.io/etcd/server/v3 v3.6.5\n' >go.mod
  printf 'package main\nimport "go.etcd.io/etcd/server/v3/etcdmain"\nimport "os"\nfunc main(){etcdmain.Main(os.Args)}\n' \
    >main.go
  go build -o "$GOBIN/etcd" .
}

cd "$folder"
for tool in "${@:-helm kubeconform promtool plane}"; do
  for one in $tool; do
    echo "building $one"
    case $one in
      helm) go install helm.sh/helm/v3/cmd/helm@v3.21.4 ;;
      kubeconform) go install github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0 ;;
      promtool) go install github.com/prometheus/prometheus/cmd/promtool@v0.313.5 ;;
      plane) (plane) ;;
      *) echo "no such tool: $one" >&2; exit 2 ;;
    esac
  done
done
