#!/usr/bin/env python3
"""What a document costs wenmai and its peers, in CPU time, one after the other in one run.

    cargo build --release
    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install grpcio scikit-learn jieba fasttext-wheel
    /tmp/peers/bin/python benches/peers/speed.py > table.md

Peers: jieba with scikit-learn (TF-IDF of words 1-2, logistic regression of each of the 20 topics) behind a grpcio server,
called one document at a time; and fastText (dimension 100, bigrams, one-vs-all) on text that was segmented before the
clock ran. Both are trained on the corpus that the built-in topics are trained on. A server's time is that of its process,
callers left out; fastText and wenmai inside a process are timed over the same documents, the best of seven rounds.

What the peers do not do is left to them: no HTML, no calibration, no abstention, no offsets; their request is the bare
text, their answer a list of names.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import pickle
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHOD = "/peer.Classifier/Classify"
TICK = os.sysconf("SC_CLK_TCK")


def plain(row):
    text = row.get("text") or re.sub(r"<[^>]*>", "", row.get("html", ""))
    return " ".join(part for part in (row.get("title"), text) if part)


def rows(path, step=1):
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines):
            if number % step == 0:
                yield json.loads(line)


def words(text):
    # A function of the module: pickle takes no bound method with a lock behind it.
    import jieba

    return jieba.lcut(text, HMM=False)


def train_sklearn(train, path):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MultiLabelBinarizer

    documents = list(rows(train))
    labels = MultiLabelBinarizer()
    truth = labels.fit_transform([row["labels"] for row in documents])
    features = TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    model = make_pipeline(features, OneVsRestClassifier(LogisticRegression(C=10, solver="liblinear")))
    model.fit([plain(row) for row in documents], truth)
    path.write_bytes(pickle.dumps((model, labels.classes_.tolist())))


def serve(path):
    """The grpcio peer; prints its port."""
    import grpc
    import jieba

    jieba.setLogLevel("ERROR")
    jieba.initialize()
    model, names = pickle.loads(pathlib.Path(path).read_bytes())

    def classify(request, _):
        found = model.predict([request.decode()])[0]
        return ",".join(name for name, has in zip(names, found) if has).encode()

    class Handler(grpc.GenericRpcHandler):
        def service(self, details):
            return grpc.unary_unary_rpc_method_handler(classify) if details.method == METHOD else None

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(max_workers=4))
    server.add_generic_rpc_handlers((Handler(),))
    print(server.add_insecure_port("127.0.0.1:0"), flush=True)
    server.start()
    server.wait_for_termination()


def cpu(process):
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def grpcio(texts, seconds, model):
    import grpc

    command = [sys.executable, __file__, "--serve", str(model)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            call = grpc.insecure_channel(f"127.0.0.1:{server.stdout.readline().strip()}").unary_unary(METHOD)
            call(texts[0], timeout=60)
            before, answered, end = cpu(server), 0, time.monotonic() + seconds
            with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
                while time.monotonic() < end:
                    some = [texts[(answered + at) % len(texts)] for at in range(32)]
                    answered += len(list(pool.map(call, some)))
            return answered / (cpu(server) - before)
        finally:
            server.kill()


def wenmai(binary, mode, documents, seconds):
    command = [binary, "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            address = re.search(r"127\.0\.0\.1:\d+", server.stdout.readline()).group()
            load = [binary, "bench", "--quiet", "--json", "--target", f"http://{address}", "--data", documents]
            load += ["--mode", mode, "--concurrency", "8", "--batch", "64"]
            subprocess.run([*load, "--duration", "1"], check=True, capture_output=True)
            before = cpu(server)
            run = subprocess.run([*load, "--duration", str(seconds)], check=True, capture_output=True, text=True)
            return json.loads(run.stdout)["documents"] / (cpu(server) - before)
        finally:
            server.kill()


def fasttext(train, texts):
    import fasttext as library
    import jieba

    jieba.setLogLevel("ERROR")
    segmented = [" ".join(word for word in words(text) if word.strip()) for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "train.txt"
        with open(file, "w", encoding="utf-8") as out:
            for row in rows(train):
                marks = " ".join(f"__label__{label}" for label in row["labels"])
                out.write(f"{marks} {' '.join(word for word in words(plain(row)) if word.strip())}\n")
        model = library.train_supervised(str(file), dim=100, wordNgrams=2, epoch=10, loss="ova", thread=1, verbose=0)
    best = float("inf")
    for _ in range(7):
        begun = time.process_time()
        for text in segmented:
            model.f.predict(f"{text}\n", -1, 0.5, "strict")
        best = min(best, time.process_time() - begun)
    return len(segmented) / best


def in_process(stage):
    command = ["cargo", "bench", "--bench", "stages"]
    table = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    news = table[table.index("\nnews:"):]
    return 1e6 / float(re.search(rf"^ *{stage} +\S+ +(\S+)", news, re.MULTILINE).group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--wenmai", default=str(ROOT / "target/release/wenmai"))
    parser.add_argument("--data", type=pathlib.Path, default=ROOT / "../shared/corpus")
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        return serve(arguments.serve)
    train, news = arguments.data / "topics/train.jsonl", list(rows(arguments.data / "news/xwlb.jsonl", 50))
    texts = [plain(row) for row in news]
    with tempfile.TemporaryDirectory() as folder:
        model, documents = pathlib.Path(folder) / "sklearn.pickle", pathlib.Path(folder) / "news.jsonl"
        documents.write_text("".join(
            json.dumps({"id": str(number), "title": row.get("title", ""), "content": row["html"]}) + "\n"
            for number, row in enumerate(news)))
        train_sklearn(train, model)
        base = grpcio([text.encode() for text in texts], arguments.seconds, model)
        unary, stream = (wenmai(arguments.wenmai, mode, documents, arguments.seconds) for mode in ("unary", "stream"))
    peer, own, cut = fasttext(train, texts), in_process("classify"), in_process("jieba")
    size = sum(len(text.encode()) for text in texts) / len(texts)
    print(f"{len(texts)} news items of {size:.0f} bytes on average.\n")
    print("| | documents a CPU-second | |\n| --- | --- | --- |")
    print(f"| jieba + scikit-learn behind grpcio, one by one | {base:,.0f} | 1 x |")
    print(f"| wenmai serve, one by one | {unary:,.0f} | {unary / base:.0f} x |")
    print(f"| wenmai serve, stream | {stream:,.0f} | {stream / base:.0f} x |")
    print(f"| fastText predict, already segmented | {peer:,.0f} | 1 x |")
    print(f"| wenmai inside a process, from HTML | {own:,.0f} | {own / peer:.1f} x |")
    print(f"| jieba-rs cut alone | {cut:,.0f} | |")


if __name__ == "__main__":
    main()
