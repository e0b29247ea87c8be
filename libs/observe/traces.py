"""Tracing: one W3C trace context from the page to the projection.

Sampled at 5 % (tracing everything halves the RPC rate); the SDK and an exporter are loaded only when tracing is configured. Span attributes
hold ids of things, never of people.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opentelemetry import trace
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter

_TRACER = trace.get_tracer("kith")
_CONTEXT = TraceContextTextMapPropagator()
_PROVIDERS: list["TracerProvider"] = []


def configure_tracing(*, endpoint: str = "", file: str = "", sample: float = 0.05, co_op: str = "") -> "TracerProvider | None":
    """Sends spans to an OTLP/HTTP endpoint, or writes them as JSON lines to a file. With neither, no SDK is loaded."""
    if not endpoint and not file:
        return None
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
    from opentelemetry.sdk.trace.sampling import ParentBasedTraceIdRatio

    provider = TracerProvider(
        sampler=ParentBasedTraceIdRatio(sample),
        resource=Resource({"service.name": "kith", "service.namespace": co_op}),
    )
    if endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    else:
        provider.add_span_processor(SimpleSpanProcessor(_file_exporter(file)))
    trace.set_tracer_provider(provider)
    _PROVIDERS.append(provider)
    return provider


def current_traceparent() -> str:
    """The current span's W3C `traceparent`; empty when there is none."""
    if not trace.get_current_span().get_span_context().is_valid:
        return ""
    carrier: dict[str, str] = {}
    _CONTEXT.inject(carrier)
    return carrier.get("traceparent", "")


@contextmanager
def span(name: str, kind: SpanKind = SpanKind.INTERNAL, traceparent: str = "", **attributes: str | int) -> Iterator[Span]:
    """A span whose parent is `traceparent` if given, otherwise the current span. Exceptions are not recorded: they may quote data."""
    if not _PROVIDERS:
        # Tracing is off; a span would cost a tenth of a small call.
        yield INVALID_SPAN
        return
    context = _CONTEXT.extract({"traceparent": traceparent}) if traceparent else None
    with _TRACER.start_as_current_span(
        name, context=context, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        yield current


@contextmanager
def event_span(name: str, traceparent: str) -> Iterator[str]:
    """A span for handling an event, in the trace of the command that published it. Yields the context for events published in turn."""
    if not traceparent:
        yield ""
        return
    with span(name, SpanKind.CONSUMER, traceparent):
        yield current_traceparent()


def _file_exporter(path: str) -> "SpanExporter":
    from pathlib import Path

    from opentelemetry.sdk.trace.export import ConsoleSpanExporter

    class FileSpanExporter(ConsoleSpanExporter):
        def shutdown(self) -> None:
            self.out.close()

    out = Path(path).open("a", encoding="utf-8", buffering=1)  # noqa: SIM115 - closed with the exporter
    return FileSpanExporter(out=out, formatter=lambda span: span.to_json(indent=None) + "\n")
