#!/usr/bin/env bash
# Temporal's CLI, which carries the development server, cannot be had by `go install …@version`: its module has a replace
# directive, which Go refuses there. As a tool of a module of one's own it builds, where that module repeats the replacement.
set -euo pipefail
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
version=v1.9.1

go version
said=$(GOBIN="$folder/bin" go install "github.com/temporalio/cli/cmd/temporal@$version" 2>&1) && installed=yes || installed=no
echo "go install github.com/temporalio/cli/cmd/temporal@$version: installed=$installed"
echo "$said" | tail -n 6
if [ "$installed" = yes ] || ! grep -q 'replace directives' <<<"$said"; then
  echo 'This has changed: it installs now, or fails for another reason.' >&2
  exit 1
fi
