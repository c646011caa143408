"""One peer of `wenmai train topics` on one corpus: trains, predicts, prints one JSON object.

    topics.py sklearn  train.jsonl dev.jsonl
    topics.py fasttext train.jsonl dev.jsonl

Both get what their users would give them: jieba words, and n-grams of words (1-2) and characters (1-3). One label per
document. Started by topics.sh, which adds time and memory.
"""
import json
import os
import pickle
import re
import sys
import tempfile


def rows(path):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            text = " ".join(part for part in (row.get("title"), row.get("text")) if part)
            yield text, row["labels"][0]


def words(text):
    # A function of the module: pickle, which measures the model's size, takes no bound method with a lock behind it.
    import jieba

    return jieba.lcut(text)


def sklearn(train, dev):
    import jieba
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import FeatureUnion
    from sklearn.svm import LinearSVC

    jieba.setLogLevel("ERROR")
    by_words = TfidfVectorizer(tokenizer=words, token_pattern=None, ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
    features = FeatureUnion([("words", by_words), ("characters", characters)])
    model = LinearSVC(C=0.3)
    model.fit(features.fit_transform([text for text, _ in train]), [label for _, label in train])
    found = model.predict(features.transform([text for text, _ in dev]))
    return list(found), len(pickle.dumps((features, model), protocol=5))


def fasttext(train, dev):
    import fasttext as library
    import jieba

    jieba.setLogLevel("ERROR")

    def tokens(text):
        joined = [word for word in jieba.lcut(text) if word.strip()]
        return " ".join(joined + [c for c in text if not c.isspace()])

    names = sorted({label for _, label in train})
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "train.txt")
        with open(file, "w", encoding="utf-8") as out:
            for text, label in train:
                out.write(f"__label__{names.index(label)} {re.sub('__label__', '', tokens(text))}\n")
        model = library.train_supervised(
            file, lr=0.25, epoch=12, wordNgrams=3, dim=24, bucket=2_000_000, thread=1, seed=1, verbose=0
        )
        saved = os.path.join(folder, "model.bin")
        model.save_model(saved)
        size = os.path.getsize(saved)
    # The Python wrapper's predict() does not work with NumPy 2; what it wraps does.
    found = [model.f.predict(tokens(text) + "\n", 1, 0.0, "strict") for text, _ in dev]
    return [names[int(answer[0][1].removeprefix("__label__"))] for answer in found], size


def main():
    peer, train, dev = sys.argv[1], list(rows(sys.argv[2])), list(rows(sys.argv[3]))
    found, size = {"sklearn": sklearn, "fasttext": fasttext}[peer](train, dev)
    right = sum(guess == label for guess, (_, label) in zip(found, dev))
    print(json.dumps({"accuracy": right / len(dev), "bytes": size}))


main()
