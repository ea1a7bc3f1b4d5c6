#!/bin/sh
# The namespace and the search attributes that cases carry (docs/glossary.md). Safe to repeat.
set -eu

# The engine's port is open before it answers, and it notices a new namespace some ten seconds after it was made.
patiently() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    if [ "$tries" -ge 60 ]; then exit 1; fi
    sleep 1
  done
}

namespace() {
  temporal operator namespace describe -n default >/dev/null 2>&1 || temporal operator namespace create -n default --retention 720h
}

patiently namespace
for attribute in CaseType:Keyword Stage:Keyword Site:Keyword Owner:Keyword DueAt:Datetime; do
  patiently temporal operator search-attribute create --namespace default --name "${attribute%%:*}" --type "${attribute##*:}"
done
