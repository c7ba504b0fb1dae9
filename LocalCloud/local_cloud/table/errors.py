"""Refusals in DynamoDB's words."""


class TableError(Exception):
    """An answer that is no success: its kind, its words, what else it says, its HTTP status."""

    def __init__(self, kind, message, members=None, status=400):
        super().__init__(message)
        self.kind, self.members, self.status = kind, members or {}, status


def invalid(message):
    return TableError("ValidationException", message)


def not_served(what):
    return invalid(f"not served by this emulation: {what}")


def condition_failed(image):
    return TableError(
        "ConditionalCheckFailedException", "The conditional request failed",
        {"Item": image} if image is not None else None)


def conflict():
    return TableError(
        "TransactionConflictException", "Transaction is ongoing for the item")


def throttled():
    return TableError(
        "ProvisionedThroughputExceededException",
        "The level of configured provisioned throughput for the table was exceeded.")


def unavailable():
    return TableError("InternalServerError", "Internal server error", status=500)


def no_table(name):
    return TableError(
        "ResourceNotFoundException", f"Requested resource not found: Table: {name} not found")
