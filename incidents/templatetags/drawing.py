"""Shapes over a picture as SVG: what the server draws into the copy, before it is saved."""

import math

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from hindsight.lib.shapes import COLOURS, COVER, EDGE, INK, Shape

register = template.Library()


@register.simple_tag
def drawn_shape(shape: Shape, stroke: int, letters: int) -> SafeString:
    """One shape; attributes only, since pages carry no styles. The script of the page draws the same."""
    inner = {"box": _box, "arrow": _arrow, "label": _label, "cover": _cover}[shape.kind](shape, stroke, letters)
    return SafeString(f"<g>{inner}</g>")


def _corners(shape: Shape) -> str:
    left, top = min(shape.x1, shape.x2), min(shape.y1, shape.y2)
    return f'x="{left}" y="{top}" width="{abs(shape.x2 - shape.x1)}" height="{abs(shape.y2 - shape.y1)}"'


def _box(shape: Shape, stroke: int, letters: int) -> str:
    at = _corners(shape)
    return (
        f'<rect {at} fill="none" stroke="{EDGE}" stroke-width="{stroke * 2}"/>'
        f'<rect {at} fill="none" stroke="{COLOURS[shape.colour]}" stroke-width="{stroke}"/>'
    )


def _cover(shape: Shape, stroke: int, letters: int) -> str:
    return f'<rect {_corners(shape)} fill="{COVER}"/>'


def _arrow(shape: Shape, stroke: int, letters: int) -> str:
    angle = math.atan2(shape.y2 - shape.y1, shape.x2 - shape.x1)
    along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))
    base = (shape.x2 - along[0] * 5 * stroke, shape.y2 - along[1] * 5 * stroke)
    sides = [(base[0] + across[0] * 2.2 * stroke * side, base[1] + across[1] * 2.2 * stroke * side) for side in (1, -1)]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in ((shape.x2, shape.y2), *sides))
    line = f'x1="{shape.x1}" y1="{shape.y1}" x2="{base[0]:.1f}" y2="{base[1]:.1f}"'
    colour = COLOURS[shape.colour]
    return (
        f'<line {line} stroke="{EDGE}" stroke-width="{stroke * 2}"/>'
        f'<polygon points="{points}" fill="{EDGE}" stroke="{EDGE}" stroke-width="{stroke}"/>'
        f'<line {line} stroke="{colour}" stroke-width="{stroke}"/><polygon points="{points}" fill="{colour}"/>'
    )


def _label(shape: Shape, stroke: int, letters: int) -> str:
    pad, wide = letters // 3, max(len(shape.words) * letters * 0.68, letters * 0.75)
    return (
        f'<rect x="{shape.x1}" y="{shape.y1}" width="{wide + 2 * pad:.0f}" height="{letters + 2 * pad}" rx="{pad}"'
        f' fill="{COLOURS[shape.colour]}" stroke="{EDGE}" stroke-width="{stroke / 2}"/>'
        f'<text x="{shape.x1 + pad + wide / 2:.0f}" y="{shape.y1 + pad + letters * 0.82:.0f}" text-anchor="middle"'
        f' font-size="{letters}" font-weight="700" fill="{INK[shape.colour]}">{escape(shape.words)}</text>'
    )
