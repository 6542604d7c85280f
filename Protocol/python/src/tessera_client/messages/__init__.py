"""Payloads of frames: SPEC section 6. Each message encodes itself, and decodes or raises PROTOCOL or VERSION."""

from .greeting import Auth, AuthOK, Hello, HelloAck
from .request import Input, Open, Output
from .result import Kind, Result, Section, expected_sections
from .status import ErrorMessage, Goaway, Model, ModelClass, Opaque, Question, Status, is_model_name

__all__ = [
    "Auth",
    "AuthOK",
    "ErrorMessage",
    "Goaway",
    "Hello",
    "HelloAck",
    "Input",
    "Kind",
    "Model",
    "ModelClass",
    "Opaque",
    "Open",
    "Output",
    "Question",
    "Result",
    "Section",
    "Status",
    "expected_sections",
    "is_model_name",
]
