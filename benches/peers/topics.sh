#!/usr/bin/env bash
# Trains wenmai, scikit-learn's LinearSVC and fastText on the same documents, each once, one after the other, and prints
# accuracy, CPU seconds, peak memory and model size of each as Markdown.
#
#     cargo build --release
#     python3 -m venv /tmp/peers && /tmp/peers/bin/pip install scikit-learn jieba fasttext-wheel
#     benches/peers/topics.sh train.jsonl dev.jsonl [/tmp/peers/bin/python]
#
# CPU seconds are those of the whole run, predicting included; they do not depend on what else the machine does.
set -euo pipefail
train=$1 dev=$2 python=${3:-python3}
here=$(cd "$(dirname "$0")" && pwd)
wenmai=${WENMAI:-$here/../../target/release/wenmai}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Runs a command; its output goes to $folder/out, "CPU seconds, kibibytes" to $folder/cost.
measured() {
    "$python" - "$folder" "$@" <<'PYTHON'
import resource, subprocess, sys
folder, command = sys.argv[1], sys.argv[2:]
with open(f"{folder}/out", "wb") as out:
    status = subprocess.run(command, stdout=out).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
with open(f"{folder}/cost", "w") as out:
    print(f"{used.ru_utime + used.ru_stime:.1f} {used.ru_maxrss}", file=out)
sys.exit(status)
PYTHON
}

row() { # name, accuracy, bytes
    read -r seconds kibibytes <"$folder/cost"
    awk -v name="$1" -v accuracy="$2" -v bytes="$3" -v seconds="$seconds" -v kib="$kibibytes" 'BEGIN {
        printf "| %s | %.2f | %.1f | %.0f | %.1f |\n", name, accuracy * 100, seconds, kib / 1024, bytes / 1e6 }'
}

echo "| | accuracy, % | CPU seconds | peak memory, MiB | model, MB |"
echo "| --- | --- | --- | --- | --- |"
measured "$wenmai" train topics --quiet --train "$train" --dev "$dev" --out "$folder/bundle"
row "wenmai train topics" "$(sed -n 's/^top-1 accuracy *//p' "$folder/out")" "$(du -sb "$folder/bundle" | cut -f1)"
for peer in sklearn fasttext; do
    measured "$python" "$here/topics.py" "$peer" "$train" "$dev"
    row "$peer" "$(sed -n 's/.*"accuracy": \([0-9.]*\).*/\1/p' "$folder/out")" \
        "$(sed -n 's/.*"bytes": \([0-9]*\).*/\1/p' "$folder/out")"
done
