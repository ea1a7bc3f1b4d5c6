#!/bin/sh
# The namespace and the search attributes that cases carry (docs/glossary.md). Safe to repeat.
set -eu
temporal operator namespace describe -n default >/dev/null 2>&1 || temporal operator namespace create -n default --retention 720h
for attribute in CaseType:Keyword Stage:Keyword Site:Keyword Owner:Keyword DueAt:Datetime; do
  temporal operator search-attribute create --namespace default --name "${attribute%%:*}" --type "${attribute##*:}" || true
done
