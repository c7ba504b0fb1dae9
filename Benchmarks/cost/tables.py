"""The tables of docs/cost.md, by their names there."""

from money import Money, Others

BATCHES = (1, 10, 100)
PAGES = (1, 10, 100, 1000)
RATES = (1, 10, 100, 1000, 10000)


def table(head, rows):
    lines = [head, ["---"] + ["--:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def usd(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:.3f}"


def units(money):
    rows = []
    for batch in BATCHES:
        found = money.units[str(batch)]
        for compressed in (True, False):
            kind = "" if compressed else "_uncompressed"
            size = found["chunk_bytes" + kind]
            rows.append([
                batch, "as stored" if compressed else "if not compressed", f"{size:,.0f}",
                f"{size / batch:,.0f}", f"{found['chunk_units' + kind]:g}",
                f"{found['chunk_units' + kind] / batch:.3g}"])
    return table(["batch", "", "bytes an item", "bytes an event", "write units a call",
                  "write units an event"], rows)


def publish(money):
    rows = []
    for batch in BATCHES:
        for compressed in (True, False):
            parts = money.publish(batch, compressed)
            rows.append([
                batch, "as stored" if compressed else "if not compressed",
                *(usd(parts[name]) for name in ("table", "gateway", "functions")),
                usd(sum(parts.values()))])
    return table(["batch", "", "table", "gateway", "function and logs", "together"], rows)


def rest(money):
    rows = []
    for batch in BATCHES:
        rows.append([
            batch, usd(sum(money.consume(batch).values())), usd(money.storage(batch)),
            usd(sum(money.fold(batch).values()))])
    return table(["batch", "one subscriber", "7 days of storage", "compaction"], rows)


def deliveries(money):
    rows = []
    for page in PAGES:
        rows.append([
            f"{page:,}", usd(money.cursor(page)), usd(money.delivery(page, along=False)),
            usd(money.delivery(page, along=True)), usd(2 * money.call() / page),
            usd(money.call() / page)])
    return table(["page", "cursor: poll, commit", "events: receive, acknowledge",
                  "acknowledged by the next receive", "two calls a page", "one call a page"], rows)


def naive(money):
    rows = []
    for batch in BATCHES:
        ours = money.publish(batch)["table"]
        counter, outbox = money.writes(1 + 1 / batch), money.writes(2)
        rows.append([
            batch, usd(ours), usd(counter), usd(outbox), usd(2 * outbox), f"{counter / ours:.1f}"])
    return table(["batch", "EventLedger", "item and counter", "item and outbox",
                  "both in a transaction", "counter design ÷ ours"], rows)


def others(money):
    peers, rows = Others(money), []
    for rate in RATES:
        month = peers.millions(rate)
        rows.append([
            f"{rate:,}", *(usd(month * money.ledger(batch)) for batch in BATCHES),
            usd(month * money.ledger(100, http=False)), usd(peers.kinesis_on_demand(rate, 1)),
            usd(peers.kinesis_on_demand(rate, 100)), usd(peers.kinesis_provisioned(rate, 1)),
            usd(peers.kinesis_provisioned(rate, 100)), usd(peers.msk_serverless(rate))])
    return table(["events/s", "ledger, batch 1", "batch 10", "batch 100", "batch 100, own servers",
                  "Kinesis on demand, batch 1", "batch 100", "Kinesis provisioned, batch 1",
                  "batch 100", "MSK Serverless"], rows)


def per_million(money):
    peers, rows = Others(money), []
    for batch in BATCHES:
        rows.append([
            batch, usd(money.ledger(batch)),
            usd(money.ledger(batch) + sum(money.fold(batch).values())),
            usd(money.ledger(batch, http=False)),
            *(usd(peers.kinesis_on_demand(rate, batch) / peers.millions(rate))
              for rate in (10, 1000)),
            *(usd(peers.kinesis_provisioned(rate, batch) / peers.millions(rate))
              for rate in (10, 1000)),
            *(usd(peers.msk_serverless(rate) / peers.millions(rate)) for rate in (10, 1000))])
    return table(["batch", "ledger", "with compaction", "own servers", "Kinesis on demand at 10/s",
                  "at 1,000/s", "Kinesis provisioned at 10/s", "at 1,000/s",
                  "MSK Serverless at 10/s", "at 1,000/s"], rows)


def break_even(money):
    """Events a second from which a peer is cheaper for good."""
    peers, rows = Others(money), []
    for name, cost in (
            ("Kinesis provisioned", peers.kinesis_provisioned),
            ("Kinesis on demand", peers.kinesis_on_demand),
            ("MSK Serverless", lambda rate, _: peers.msk_serverless(rate))):
        rows.append([name, *(crossing(peers, money, cost, batch) for batch in BATCHES)])
    return table(["", *(f"batch {batch}" for batch in BATCHES)], rows)


def crossing(peers, money, cost, batch):
    cheaper = [
        rate for rate in range(1, 20001)
        if cost(rate, batch) < peers.millions(rate) * money.ledger(batch)]
    return f"{cheaper[0]:,}" if cheaper else "never below 20,000"


def prices(money):
    entries = money.known["prices"].values()
    rows = [[entry["per"], f"{entry['usd']:.10f}".rstrip("0").rstrip("."), entry["as_of"],
             f"[page]({entry['source']})"] for entry in entries]
    return table(["what", "$", "as of", "source"], rows)


def assumed(money):
    rows = [[name.replace("_", " "), entry["value"], entry["why"]]
            for name, entry in money.known["assumed"].items()]
    return table(["assumed", "value", "why"], rows)


def all_tables():
    """{name: Markdown}."""
    money = Money()
    return {make.__name__.replace("_", "-"): make(money) for make in (
        units, publish, rest, deliveries, naive, per_million, others, break_even, prices, assumed)}
