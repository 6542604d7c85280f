"""A client of TSP/1, the Tessera Segmentation Protocol.

>>> from tessera_client import Client
>>> with Client("127.0.0.1", 7450) as client:       # doctest: +SKIP
...     labels = client.segment(image).labels
"""

from .aclient import AsyncClient
from .client import Client
from .errors import Code, ConnectionFailed, RequestFailed, Retry, Scope, TesseraError
from .images import Image
from .messages import HelloAck, Model, ModelClass, Output, Status
from .segmentation import Receipt, Segmentation

__version__ = "1.0.0"

__all__ = [
    "AsyncClient",
    "Client",
    "Code",
    "ConnectionFailed",
    "HelloAck",
    "Image",
    "Model",
    "ModelClass",
    "Output",
    "Receipt",
    "RequestFailed",
    "Retry",
    "Scope",
    "Segmentation",
    "Status",
    "TesseraError",
]
