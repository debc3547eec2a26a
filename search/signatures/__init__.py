"""Signatures of traces and logs: what stays the same when the same fault happens again. Pure functions, no I/O."""

from search.signatures.building import recognise, signature
from search.signatures.comparison import Text, compare
from search.signatures.masking import mask
from search.signatures.model import Frame, Kind, LineSig, MatchedLine, Shape, Signature, Similarity
from search.signatures.salience import numbered, telling
from search.signatures.similarities import similarity
from search.signatures.tokens import VERSION, tokens, weight_of
from search.signatures.weights import TOKEN_WEIGHTS

__all__ = [
    "TOKEN_WEIGHTS",
    "VERSION",
    "Frame",
    "Kind",
    "LineSig",
    "MatchedLine",
    "Shape",
    "Signature",
    "Similarity",
    "Text",
    "compare",
    "mask",
    "numbered",
    "recognise",
    "signature",
    "similarity",
    "telling",
    "tokens",
    "weight_of",
]
