"""Sixteen cells at a time: vectors for the loops over cells that run at every step of every machine.

What LLVM makes of such short loops by itself is chance: it unrolls them before it vectorises them. `Lanes` is a vector
of sixteen numbers or truth values inside a jitted function; ``+ - *``, comparisons, ``&`` and the functions below act
on every lane. LLVM splits it where the processor's vectors are shorter, so results are the same everywhere, and uses
the widest there are without being told to.

This file compiles nothing by itself, yet cached kernels keep what they took from it: after a change here delete the
caches, or touch the kernels.

Examples
--------
>>> from numba import njit
>>> @njit
... def count_above(levels, least):
...     return ones(bits(load(at(levels, 0), 0) > spread(least)))
>>> count_above(np.arange(16, dtype=np.float32), np.float32(12))
3
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic, lower_builtin, models, register_model, type_callable
from numpy.typing import DTypeLike, NDArray

WIDTH = 16
"""Lanes of a vector."""


def aligned(count: int, dtype: DTypeLike) -> NDArray[Any]:
    """Room for so many elements that starts with a cache line, so that no vector crosses one.

    Examples
    --------
    >>> aligned(3, np.float32).ctypes.data % 64
    0
    """
    spare = np.empty(count + 64, dtype)
    begin = -(spare.ctypes.data // spare.itemsize) % (64 // spare.itemsize)
    return spare[begin : begin + count]


def padded(values: NDArray[Any], absent: float) -> NDArray[Any]:
    """A copy that is `aligned`, the last axis filled up to whole vectors.

    Examples
    --------
    >>> padded(np.ones((2, 17)), 0.0).shape
    (2, 32)
    """
    missing = -values.shape[-1] % WIDTH
    wide = np.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)], constant_values=absent)
    copy = aligned(wide.size, wide.dtype).reshape(wide.shape)
    copy[...] = wide
    return copy


class Lanes(types.Type):
    """The type of a vector of `WIDTH` elements."""

    def __init__(self, dtype: types.Type) -> None:
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


TRUTHS, INTS, LONGS = Lanes(types.boolean), Lanes(types.int32), Lanes(types.uint64)
FLOATS, DOUBLES = Lanes(types.float32), Lanes(types.float64)


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, lanes: Lanes) -> None:
        element = manager.lookup(lanes.dtype).get_value_type()
        super().__init__(manager, lanes, ir.VectorType(element, WIDTH))


def _register(symbol: Any, takes: Lanes, gives: Lanes, emit: Any) -> None:
    """Let a binary operator act on two vectors of the type `takes`."""

    @type_callable(symbol)
    def _(_context: Any) -> Any:
        def typer(a: types.Type, b: types.Type) -> types.Type | None:
            return gives if a == takes and b == takes else None

        return typer

    @lower_builtin(symbol, takes, takes)
    def _(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return emit(builder, *arguments)


def _register_all() -> None:
    build = ir.IRBuilder
    for symbol, of_floats, of_ints in (
        (operator.add, build.fadd, build.add),
        (operator.sub, build.fsub, build.sub),
        (operator.mul, build.fmul, build.mul),
    ):
        _register(symbol, FLOATS, FLOATS, of_floats)
        _register(symbol, DOUBLES, DOUBLES, of_floats)
        _register(symbol, INTS, INTS, of_ints)
    for symbol, sign in ((operator.gt, ">"), (operator.ge, ">="), (operator.lt, "<"), (operator.ne, "!=")):
        _register(symbol, FLOATS, TRUTHS, lambda b, x, y, sign=sign: b.fcmp_ordered(sign, x, y))
        _register(symbol, DOUBLES, TRUTHS, lambda b, x, y, sign=sign: b.fcmp_ordered(sign, x, y))
        _register(symbol, INTS, TRUTHS, lambda b, x, y, sign=sign: b.icmp_signed(sign, x, y))
    _register(operator.and_, TRUTHS, TRUTHS, build.and_)
    for symbol, of_longs in ((operator.add, build.add), (operator.mul, build.mul), (operator.xor, build.xor)):
        _register(symbol, LONGS, LONGS, of_longs)
    _register(operator.rshift, LONGS, LONGS, build.lshr)
    _register(operator.rshift, INTS, INTS, build.ashr)


_register_all()


def _splat(builder: Any, value: Any) -> Any:
    vector = ir.VectorType(value.type, WIDTH)
    single = builder.insert_element(ir.Constant(vector, ir.Undefined), value, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(single, ir.Constant(vector, ir.Undefined), zeros)


def _suffix(vector: Any) -> str:
    """How LLVM names a vector in the names of its own functions."""
    return f"v{WIDTH}{vector.element.intrinsic_name}"


def _address(context: Any, builder: Any, pointer_type: Any, pointer: Any, index: Any) -> tuple[Any, int]:
    """Where a vector begins, as a pointer to it; and the size of an element."""
    vector = context.get_value_type(Lanes(pointer_type.dtype))
    return builder.bitcast(builder.gep(pointer, [index]), vector.as_pointer()), pointer_type.dtype.bitwidth // 8


@intrinsic
def at(_typing: Any, source: Any, _index: types.Type) -> Any:
    """A pointer to an element of a contiguous array (the flat index), or so many elements beyond another pointer.

    Pointers are indexed like arrays, without any check, and keep nothing alive.
    """

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        begin = arguments[0]
        if isinstance(signature.args[0], types.Array):
            begin = context.make_array(signature.args[0])(context, builder, begin).data
        return builder.gep(begin, [arguments[1]])

    return types.CPointer(source.dtype)(source, types.intp), emit


@intrinsic
def spread(_typing: Any, value: types.Type) -> Any:
    """The same number in every lane."""
    return Lanes(value)(value), lambda _context, builder, _signature, arguments: _splat(builder, arguments[0])


@intrinsic
def load(_typing: Any, pointer: types.CPointer, _index: types.Type) -> Any:
    """Sixteen elements from this index on."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, size = _address(context, builder, signature.args[0], *arguments)
        return builder.load(place, align=size)

    return Lanes(pointer.dtype)(pointer, types.intp), emit


def _first_lanes(builder: Any, count: Any) -> Any:
    """Truth in the first `count` lanes."""
    numbers = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), list(range(WIDTH)))
    return builder.icmp_signed("<", numbers, _splat(builder, count))


@intrinsic
def load_first(
    _typing: Any, pointer: types.CPointer, _index: types.Type, _count: types.Type, _absent: types.Type
) -> Any:
    """As `load`, but only the first `count` elements are touched; the other lanes get `absent`."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, size = _address(context, builder, signature.args[0], *arguments[:2])
        present, word = _first_lanes(builder, arguments[2]), ir.IntType(32)
        vector = context.get_value_type(signature.return_type)
        kind = ir.FunctionType(vector, [place.type, word, present.type, vector])
        masked = get_or_insert_function(builder.module, kind, f"llvm.masked.load.{_suffix(vector)}.p0")
        return builder.call(masked, [place, word(size), present, _splat(builder, arguments[3])])

    return Lanes(pointer.dtype)(pointer, types.intp, types.int32, pointer.dtype), emit


@intrinsic
def store(_typing: Any, pointer: types.CPointer, _index: types.Type, lanes: Lanes) -> Any:
    """Write sixteen elements from this index on."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, size = _address(context, builder, signature.args[0], *arguments[:2])
        builder.store(arguments[2], place, align=size)
        return context.get_dummy_value()

    return types.void(pointer, types.intp, lanes), emit


@intrinsic
def store_first(_typing: Any, pointer: types.CPointer, _index: types.Type, _count: types.Type, lanes: Lanes) -> Any:
    """As `store`, but only the first `count` elements are touched."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, size = _address(context, builder, signature.args[0], *arguments[:2])
        present, word, vector = _first_lanes(builder, arguments[2]), ir.IntType(32), arguments[3].type
        kind = ir.FunctionType(ir.VoidType(), [vector, place.type, word, present.type])
        masked = get_or_insert_function(builder.module, kind, f"llvm.masked.store.{_suffix(vector)}.p0")
        builder.call(masked, [arguments[3], place, word(size), present])
        return context.get_dummy_value()

    return types.void(pointer, types.intp, types.int32, lanes), emit


@intrinsic
def fetch(_typing: Any, pointer: types.CPointer, _index: types.Type) -> Any:
    """Ask for the cache line of an element that will be read soon; the element need not exist."""

    def emit(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = ir.IntType(32)
        byte = ir.IntType(8).as_pointer()
        place = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        prefetch = get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        builder.call(prefetch, [place, word(0), word(3), word(1)])
        return context.get_dummy_value()

    return types.void(pointer, types.intp), emit


@intrinsic
def where(_typing: Any, condition: Lanes, yes: Lanes, no: Lanes) -> Any:
    """Lane by lane `yes` or `no`."""
    return yes(condition, yes, no), lambda _context, builder, _signature, arguments: builder.select(*arguments)


def _call_llvm(name: str) -> Any:
    """Emit one of LLVM's functions of one vector."""

    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        vector = arguments[0].type
        kind = ir.FunctionType(vector, [vector])
        return builder.call(get_or_insert_function(builder.module, kind, f"llvm.{name}.{_suffix(vector)}"), arguments)

    return emit


@intrinsic
def floor(_typing: Any, lanes: Lanes) -> Any:
    """The largest whole number not above each float."""
    return lanes(lanes), _call_llvm("floor")


@intrinsic
def root(_typing: Any, lanes: Lanes) -> Any:
    """Square roots."""
    return lanes(lanes), _call_llvm("sqrt")


def _cast(emit_cast: Any) -> Any:
    """Emit a conversion to the type returned."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return emit_cast(builder, arguments[0], context.get_value_type(signature.return_type))

    return emit


@intrinsic
def to_int(_typing: Any, lanes: Lanes) -> Any:
    """Floats that are small whole numbers as integers."""
    return INTS(lanes), _cast(ir.IRBuilder.fptosi)


@intrinsic
def to_float(_typing: Any, lanes: Lanes) -> Any:
    """Integers as floats."""
    return FLOATS(lanes), _cast(ir.IRBuilder.sitofp)


@intrinsic
def widen(_typing: Any, lanes: Lanes) -> Any:
    """float32 as float64."""
    return DOUBLES(lanes), _cast(ir.IRBuilder.fpext)


@intrinsic
def narrow(_typing: Any, lanes: Lanes) -> Any:
    """The low halves of uint64 as int32."""
    return INTS(lanes), _cast(ir.IRBuilder.trunc)


@intrinsic
def bits_of(_typing: Any, lanes: Lanes) -> Any:
    """The bits of each float32 as an int32."""
    return INTS(lanes), _cast(ir.IRBuilder.bitcast)


@intrinsic
def from_bits(_typing: Any, lanes: Lanes) -> Any:
    """The float32 that has the bits of each int32."""
    return FLOATS(lanes), _cast(ir.IRBuilder.bitcast)


@intrinsic
def two_to(_typing: Any, lanes: Lanes) -> Any:
    """2 to the power of float64 that are whole numbers from −1022 to 1023."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        whole = ir.VectorType(ir.IntType(64), WIDTH)
        exponent = builder.add(builder.fptosi(arguments[0], whole), ir.Constant(whole, [1023] * WIDTH))
        shifted = builder.shl(exponent, ir.Constant(whole, [52] * WIDTH))
        return builder.bitcast(shifted, context.get_value_type(signature.return_type))

    return DOUBLES(lanes), emit


@intrinsic
def total(_typing: Any, lanes: Lanes) -> Any:
    """The sum of all lanes, added in pairs."""

    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        sums, width = arguments[0], WIDTH
        while width > 1:
            width //= 2
            halves = [
                builder.shuffle_vector(
                    sums, sums, ir.Constant(ir.VectorType(ir.IntType(32), width), [first + k for k in range(width)])
                )
                for first in (0, width)
            ]
            sums = builder.fadd(*halves)
        return builder.extract_element(sums, ir.IntType(32)(0))

    return lanes.dtype(lanes), emit


@intrinsic
def bits(_typing: Any, truths: Lanes) -> Any:
    """Sixteen truth values as the bits of a number, the first lane lowest."""

    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.zext(builder.bitcast(arguments[0], ir.IntType(WIDTH)), ir.IntType(64))

    return types.intp(truths), emit


@intrinsic
def truths(_typing: Any, _number: types.Type) -> Any:
    """The lowest sixteen bits of a number as truth values."""

    def emit(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        low = builder.trunc(arguments[0], ir.IntType(WIDTH))
        return builder.bitcast(low, context.get_value_type(signature.return_type))

    return TRUTHS(types.intp), emit


@intrinsic
def lowest(_typing: Any, _number: types.Type) -> Any:
    """The place of the lowest bit that is set; the number must not be 0."""

    def emit(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.intp(types.intp), emit


@intrinsic
def ones(_typing: Any, _number: types.Type) -> Any:
    """How many bits are set."""
    return types.intp(types.intp), lambda _context, builder, _signature, arguments: builder.ctpop(arguments[0])
