"""A line of the log as JSON, for whatever collects the logs of several machines."""

import json
import logging

_OF_EVERY_LINE = vars(logging.makeLogRecord({})).keys() | {"message", "asctime", "request_number"}


class JsonLine(logging.Formatter):
    """When, how grave, whose, of which request, what; then what the caller gave besides (`extra`), and a traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "name": record.name,
            "request_number": getattr(record, "request_number", "-"),
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _OF_EVERY_LINE},
        }
        if record.exc_info:
            line["exc_info"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack_info"] = self.formatStack(record.stack_info)
        return json.dumps(line, ensure_ascii=False, default=str)
