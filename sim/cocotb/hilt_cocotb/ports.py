"""A device's ports by the names of AXI's signals, as its table has them: all that the buses of cocotbext-axi look for."""

from __future__ import annotations

from typing import Any


class _Constant(int):
    """A value with a number of bits, like that of a signal."""

    width: int

    def __len__(self) -> int:
        return self.width


class _Absent:
    """In the place of a port that the device lacks: what it would drive is constant, what it would see is lost."""

    def __init__(self, value: int, width: int) -> None:
        self._value = _Constant(value)
        self._value.width = width

    def __len__(self) -> int:
        return self._value.width

    @property
    def value(self) -> _Constant:
        return self._value

    @value.setter
    def value(self, _value: Any) -> None:
        pass

    def setimmediatevalue(self, _value: Any) -> None:
        pass


class Ports:
    """An entity for `from_entity` of the channels of one bus."""

    def __init__(self, top: Any, table: dict[str, Any], channels: tuple[Any, ...], lanes_log2: int) -> None:
        """Raises `AttributeError` for a port that the device lacks although its table has it, or the models need it."""
        self._name = top._name
        self._log = top._log
        for channel in channels:
            for signal in [*channel._signals, *channel._optional_signals]:
                handle = self._handle(top, table, signal, lanes_log2)
                if handle is not None:
                    setattr(self, signal, handle)
                elif signal in channel._signals or table["ports"].get(signal) is not None:
                    raise AttributeError(f"{top._name} has no port for {table['prefix']}{signal}")

    @staticmethod
    def _handle(top: Any, table: dict[str, Any], signal: str, lanes_log2: int) -> Any:
        name = table["ports"].get(signal, table["prefix"] + signal)
        if name is not None:
            return find(top, name)
        if signal in ("bid", "rid"):
            return _Absent(0, 1)
        absent = {"id": (0, 1), "len": (0, 8), "size": (lanes_log2, 3), "burst": (1, 2)}.get(signal[2:])
        return None if absent is None else _Absent(*absent)


def find(top: Any, name: str) -> Any:
    """The port of that name, or `None`. Names of VHDL have no case, and a prefix stands for either."""
    names = dir(top)
    if name in names:
        return getattr(top, name)
    return next((getattr(top, each) for each in names if each.casefold() == name.casefold()), None)


def need(top: Any, name: str) -> Any:
    """The port of that name. Raises `AttributeError` where there is none."""
    handle = find(top, name)
    if handle is None:
        raise AttributeError(f"{top._name} has no port {name}")
    return handle
