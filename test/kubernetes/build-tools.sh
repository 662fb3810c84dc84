#!/usr/bin/env bash
# Makes what `npm run test:kubernetes` needs from Go modules, into "$KUBE_DIR": helm 3 and 4, kubeconform, promtool, a Kubernetes
# control plane whose nodes only pretend to run pods (kwok), the resource definitions of KEDA and the Prometheus operator
# and the schemas of four Kubernetes versions. A quarter of an hour on two cores the first time, nothing afterwards.
# Needs Go 1.26. Arguments choose: build-tools.sh helm helm4 promtool kubeconform plane definitions schemas.
set -euo pipefail
KUBE_DIR=${KUBE_DIR:-$HOME/.cache/odigo-adherence/kubernetes}
export GOBIN=$KUBE_DIR/bin GOFLAGS=-mod=mod GOTOOLCHAIN=local
mkdir -p "$GOBIN" "$KUBE_DIR/built"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

HELM=v3.21.4 HELM4=v4.3.1 KUBECONFORM=v0.7.0 KWOK=v0.7.0 ETCD=v3.6.5 PROMETHEUS=v0.313.5
CONTROLLER_GEN=v0.21.0 KEDA=v2.21.0 PROMETHEUS_OPERATOR=v0.95.1
# The control plane, and the versions whose schemas objects are checked against: the newest and the three before it.
PLANE=34.2
VERSIONS='34.2 35.4 36.3 37.2'

STAGING='api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap
  code-generator component-base component-helpers controller-manager cri-api cri-client cri-streaming
  csi-translation-lib dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator
  kube-controller-manager kube-proxy kube-scheduler kubectl kubelet metrics mount-utils pod-security-admission
  sample-apiserver sample-cli-plugin sample-controller streaming'

# Kubernetes names its own parts as v0.0.0 and replaces them, which `go install` does not follow.
kubernetes_module() {
  printf 'module tools\ngo 1.25\nrequire k8s.io/kubernetes v1.%s\n' "$1"
  for part in $STAGING; do printf 'replace k8s.io/%s => k8s.io/%s v0.%s\n' "$part" "$part" "$1"; done
}

build_helm() { go install "helm.sh/helm/v3/cmd/helm@$HELM"; }
build_helm4() { GOBIN=$PWD go install "helm.sh/helm/v4/cmd/helm@$HELM4" && mv helm "$KUBE_DIR/bin/helm4"; }
build_kubeconform() { go install "github.com/yannh/kubeconform/cmd/kubeconform@$KUBECONFORM"; }

build_promtool() {
  printf 'module tools\ngo 1.26\nrequire github.com/prometheus/prometheus %s\n' "$PROMETHEUS" >go.mod
  printf 'replace cloud.google.com/go => cloud.google.com/go v0.123.0\n' >>go.mod
  go build -tags remove_all_sd -o "$GOBIN/promtool" github.com/prometheus/prometheus/cmd/promtool
}

build_plane() {
  go install "sigs.k8s.io/kwok/cmd/kwok@$KWOK"
  kubernetes_module "$PLANE" >go.mod
  printf 'package tools\nimport _ "k8s.io/kubernetes/cmd/kube-apiserver/app"\n' >tools.go
  # Charts ask for the version.
  version="-X k8s.io/component-base/version.gitVersion=v1.$PLANE -X k8s.io/component-base/version.gitMajor=1"
  version="$version -X k8s.io/component-base/version.gitMinor=${PLANE%%.*}"
  for program in kube-apiserver kube-controller-manager kube-scheduler; do
    go build -ldflags "$version" -o "$GOBIN/$program" "k8s.io/kubernetes/cmd/$program"
  done
  mkdir etcd && cd etcd
  printf 'module etcd\ngo 1.25\nrequire go.etcd.io/etcd/server/v3 %s\n' "$ETCD" >go.mod
  printf 'package main\nimport "go.etcd.io/etcd/server/v3/etcdmain"\nimport "os"\nfunc main(){etcdmain.Main(os.Args)}\n' \
    >main.go
  go build -o "$GOBIN/etcd" .
}

# From the Go types that the operators themselves are built of; modules of their own, since they need other versions.
build_definitions() {
  rm -rf "$KUBE_DIR/definitions"
  generate keda "github.com/kedacore/keda/v2 $KEDA" github.com/kedacore/keda/v2/apis/keda/v1alpha1
  generate prometheus "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring $PROMETHEUS_OPERATOR" \
    github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1
}

generate() {
  mkdir "$1" && (
    cd "$1"
    printf 'module tools\ngo 1.26.0\nrequire sigs.k8s.io/controller-tools %s\nrequire %s\n' "$CONTROLLER_GEN" "$2" >go.mod
    printf '//go:build tools\n\npackage tools\n\nimport _ "%s"\n' "$3" >tools.go
    go build -o controller-gen sigs.k8s.io/controller-tools/cmd/controller-gen
    ./controller-gen crd "paths=$3" "output:crd:dir=$KUBE_DIR/definitions"
  )
}

# From the OpenAPI definitions that each version's API server is built with.
build_schemas() {
  mkdir -p "$KUBE_DIR/openapi"
  for version in $VERSIONS; do
    mkdir "v$version" && (
      cd "v$version"
      kubernetes_module "$version" >go.mod
      cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"os"

	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kubernetes/pkg/generated/openapi"
)

func main() {
	schemas := map[string]spec.Schema{}
	for name, definition := range openapi.GetOpenAPIDefinitions(func(path string) spec.Ref {
		return spec.MustCreateRef("#/definitions/" + path)
	}) {
		schemas[name] = definition.Schema
	}
	if err := json.NewEncoder(os.Stdout).Encode(schemas); err != nil {
		panic(err)
	}
}
GO
      go run . >definitions.json
      mv definitions.json "$KUBE_DIR/openapi/v1.$version.json"
    )
  done
}

tools=${*:-helm helm4 kubeconform promtool plane definitions schemas}
for tool in $tools; do
  # Built before from this very script: nothing to do.
  stamp="$KUBE_DIR/built/$tool"
  if [ -f "$stamp" ] && cmp -s "$stamp" <(sha256sum <"$0"); then continue; fi
  if ! command -v go >/dev/null; then echo "$tool needs Go 1.26 to be built" >&2; exit 1; fi
  echo "building $tool"
  mkdir -p "$folder/$tool"
  (cd "$folder/$tool" && "build_$tool")
  sha256sum <"$0" >"$stamp"
done
