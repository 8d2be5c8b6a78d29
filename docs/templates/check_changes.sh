#!/bin/sh
# Checks every plan and every network that differs from a commit; fails if rfopt check refuses one.
#   check_changes.sh [COMMIT] [--format text|github|…]        HEAD if no commit is given
# A plan for site_configs/NAME stands in plans/NAME/*.csv. As a pre-commit hook:
#   ln -s ../../check_changes.sh .git/hooks/pre-commit
set -u
base=${1:-HEAD}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- --format text
cd "$(git rev-parse --show-toplevel)" || exit 2
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
failed=0

before() {  # the network NAME as it was at the commit; fails where it was not there
    mkdir -p "$work/before" && git archive "$base" "site_configs/$1" 2>/dev/null | tar -x -C "$work/before" 2>/dev/null \
        && [ -d "$work/before/site_configs/$1" ]
}

check() {  # a plan for a network
    rfopt check "$1" --network "$2" "$3" "$4" </dev/null || failed=1
}

changed() {  # names of folders below $1 with a change in them
    { git -c core.quotePath=false diff --name-only "$base" -- "$1"
      git -c core.quotePath=false ls-files --others --exclude-standard -- "$1"; } | cut -d/ -f2 | sort -u
}

changed site_configs > "$work/networks"
while IFS= read -r name; do
    before "$name" || continue
    rfopt plan diff "$work/before/site_configs/$name" "site_configs/$name" -o "$work/$name.csv" -q >/dev/null </dev/null \
        || { failed=1; continue; }
    check "$work/$name.csv" "$work/before/site_configs/$name" "$@"
done < "$work/networks"

changed plans > "$work/planned"
while IFS= read -r name; do
    network=site_configs/$name
    before "$name" && network=$work/before/$network
    for plan in "plans/$name"/*.csv; do
        [ -f "$plan" ] || continue
        known=$(git ls-files -- "$plan")
        if [ -z "$known" ] || ! git diff --quiet "$base" -- "$plan"; then check "$plan" "$network" "$@"; fi
    done
done < "$work/planned"
exit $failed
