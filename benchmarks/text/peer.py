"""The peer: TF-IDF of word and character n-grams with logistic regression, as one would write it in an hour."""

from collections.abc import Sequence

from scipy.sparse import hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from monitor.text.normalise import fold, mask

_WORD = r"(?u)\w+"


class Peer:
    """Learns from texts, masked like ours, and answers with a class."""

    def __init__(self, texts: Sequence[str], truth: Sequence[str]) -> None:
        plain = [mask(fold(text)) for text in texts]
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=_WORD)
        self._signs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
        matrix = hstack([self._words.fit_transform(plain), self._signs.fit_transform(plain)]).tocsr()
        self._model = LogisticRegression(C=4.0, class_weight="balanced", max_iter=300).fit(matrix, list(truth))

    def answers(self, texts: Sequence[str]) -> list[str]:
        """The class of each text."""
        plain = [mask(fold(text)) for text in texts]
        matrix = hstack([self._words.transform(plain), self._signs.transform(plain)]).tocsr()
        return [str(label) for label in self._model.predict(matrix)]
