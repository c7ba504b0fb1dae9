import CoreMetrics
import LedgerServer
import LedgerService
import Testing

@Suite struct MetricsTests {
    @Test("Metrics of every kind are rendered, in a stable order")
    func rendering() {
        let metrics = PrometheusMetrics()
        metrics.describe("b_total", as: "Back\\slash\nand \"quotes\".")
        Counter(label: "b_total", dimensions: [("z", "1"), ("a", "x\"\\\n")], factory: metrics)
            .increment(by: 2)
        Counter(label: "b_total", factory: metrics).increment()
        Meter(label: "a.gauge", factory: metrics).set(1.5)
        Recorder(label: "9lives", dimensions: [], aggregate: false, factory: metrics).record(-3)
        metrics.onCollect("lag", help: "Lag.") {
            [GaugeSample(2, labels: [("stream", "s")]), GaugeSample(1, labels: [("stream", "a")])]
        }
        #expect(
            metrics.render() == """
                # TYPE _9lives gauge
                _9lives -3
                # TYPE a_gauge gauge
                a_gauge 1.5
                # HELP b_total Back\\\\slash\\nand "quotes".
                # TYPE b_total counter
                b_total 1
                b_total{a="x\\"\\\\\\n",z="1"} 2
                # HELP lag Lag.
                # TYPE lag gauge
                lag{stream="a"} 1
                lag{stream="s"} 2

                """
        )
    }

    @Test("A counter that is kept elsewhere is shown as a counter")
    func collectedCounter() {
        let metrics = PrometheusMetrics()
        metrics.onCollect("commits_total", as: .counter, help: "Commits.") { [GaugeSample(3)] }
        #expect(
            metrics.render() == """
                # HELP commits_total Commits.
                # TYPE commits_total counter
                commits_total 3

                """
        )
    }

    @Test("Durations are counted in seconds")
    func durations() {
        let metrics = PrometheusMetrics()
        let timer = Timer(label: "t_seconds", dimensions: [("k", "v")], factory: metrics)
        timer.recordNanoseconds(100_000)
        timer.recordNanoseconds(3_000_000)
        timer.recordNanoseconds(60_000_000_000)
        let lines = metrics.render().split(separator: "\n")
        #expect(lines.contains(#"t_seconds_bucket{k="v",le="0.0001"} 1"#))
        #expect(lines.contains(#"t_seconds_bucket{k="v",le="0.005"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{k="v",le="25"} 2"#))
        #expect(lines.contains(#"t_seconds_bucket{k="v",le="+Inf"} 3"#))
        #expect(lines.contains(#"t_seconds_sum{k="v"} 60.0031"#))
        #expect(lines.contains(#"t_seconds_count{k="v"} 3"#))
    }

    @Test("A name has one handle, and keeps its first type")
    func handles() {
        let metrics = PrometheusMetrics()
        #expect(
            metrics.counter("a", labels: [("x", "1")])
                === metrics.counter("a", labels: [("x", "1")])
        )
        metrics.gauge("a").set(7.0)
        #expect(metrics.render() == "# TYPE a counter\na{x=\"1\"} 0\n")
    }

    @Test("Counts from several threads add up")
    func threads() async {
        let metrics = PrometheusMetrics()
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<1000 {
                        metrics.counter("c").increment(by: 1)
                        metrics.gauge("g").increment(by: 0.5)
                    }
                }
            }
        }
        #expect(metrics.counter("c").value == 8000)
        #expect(metrics.gauge("g").value == 4000)
    }

    @Test("The server answers for its metrics at their own path, and counts what it refused")
    func path() async throws {
        try await withServer(StubHandler.echo) { server in
            let client = try RawClient(port: server.port)
            try await client.send(post("/a", body: "12345") + "GARBAGE\r\n\r\n")
            #expect(try await client.receive().status == 200)
            #expect(try await client.receive().status == 400)
            let scraper = try RawClient(port: server.port)
            try await scraper.send(post("/metrics", body: ""))
            #expect(try await scraper.receive().header("allow") == "GET, HEAD")
            try await scraper.send(get("/metrics?x=1"))
            let refused = try await scraper.receive()
            #expect(refused.status == 400 && refused.text.contains(#""field":"x""#))
            try await scraper.send(get("/metrics"))
            let response = try await scraper.receive()
            #expect(response.header("content-type") == "text/plain; version=0.0.4; charset=utf-8")
            let lines = response.text.split(separator: "\n")
            for line in [
                #"eventledger_http_requests_total{route="POST /{path}",status="200"} 1"#,
                #"eventledger_http_requests_total{route="none",status="400"} 1"#,
                #"eventledger_http_requests_total{route="GET /metrics",status="405"} 1"#,
                #"eventledger_http_requests_total{route="GET /metrics",status="400"} 1"#,
                #"eventledger_http_request_bytes_total{route="POST /{path}"} 5"#,
                #"eventledger_http_response_bytes_total{route="POST /{path}"} 14"#,
                #"eventledger_http_request_duration_seconds_count{route="POST /{path}"} 1"#,
                "eventledger_http_requests_in_flight 0",
                "# TYPE eventledger_http_connections gauge",
            ] {
                #expect(lines.contains(Substring(line)))
            }
            let pattern =
                #/#\ (HELP|TYPE)\ [a-z_]+\ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})?\ [0-9.e+-]+/#
            for line in lines { #expect(line.wholeMatch(of: pattern) != nil, "\(line)") }
        }
    }
}
