"""How an incident's number stands in an address: INC-42."""

from django.urls import register_converter


class NumberConverter:
    """`INC-42` in any case; addresses that we make are in capitals."""

    regex = r"[Ii][Nn][Cc]-[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        """42, from INC-42."""
        return int(value[4:])

    def to_url(self, value: int | str) -> str:
        """INC-42, from 42."""
        return f"INC-{int(value)}"


register_converter(NumberConverter, "inc")
