import APISuite
import LedgerTesting
import Testing

/// An answer that the description does not have is found out.
@Suite("API description of an answer")
struct APIDescriptionTests {
    private let json = [(name: "content-type", value: "application/json")]

    private func faults(
        _ method: String,
        at path: String,
        status: Int,
        body: String,
        headers: [(name: String, value: String)]
    ) -> [String] {
        APIDescription.shared.faults(
            of: Answer(status: status, headers: headers, body: Array(body.utf8)),
            to: SuiteRequest(method, at: path)
        )
    }

    private func error(_ code: String) -> String {
        "{\"error\":\"\(code)\",\"message\":\"m\",\"details\":{}}"
    }

    @Test("What is described passes")
    func described() {
        let path = "/streams/s"
        #expect(
            faults("DELETE", at: path, status: 200, body: "{\"success\":true}", headers: json) == []
        )
        #expect(
            faults("GET", at: path, status: 404, body: error("stream_not_found"), headers: json)
                == []
        )
        #expect(
            faults("GET", at: "/nowhere", status: 404, body: error("not_found"), headers: json)
                == []
        )
        let retry = json + [(name: "retry-after", value: "1")]
        #expect(
            faults("GET", at: path, status: 503, body: error("unavailable"), headers: retry) == []
        )
        #expect(
            faults("GET", at: path, status: 503, body: error("unavailable"), headers: json) == []
        )
        let allow = json + [(name: "allow", value: "GET")]
        #expect(
            faults("PUT", at: path, status: 405, body: error("method_not_allowed"), headers: allow)
                == []
        )
    }

    @Test("A status, code, header, content type or member that is not described does not")
    func undescribed() {
        let path = "/streams/s"
        let right = "{\"success\":true}"
        #expect(faults("DELETE", at: path, status: 201, body: right, headers: json) != [])
        #expect(
            faults(
                "DELETE",
                at: path,
                status: 200,
                body: "{\"success\":true,\"x\":1}",
                headers: json
            ) != []
        )
        #expect(faults("DELETE", at: path, status: 200, body: "{", headers: json) != [])
        #expect(faults("DELETE", at: path, status: 200, body: right, headers: []) != [])
        let text = [(name: "content-type", value: "text/plain")]
        #expect(faults("DELETE", at: path, status: 200, body: right, headers: text) != [])
        #expect(
            faults("GET", at: path, status: 404, body: error("key_not_found"), headers: json) != []
        )
        #expect(faults("GET", at: path, status: 404, body: error("made_up"), headers: json) != [])
        #expect(faults("GET", at: "/nowhere", status: 200, body: right, headers: json) != [])
        #expect(
            faults("PUT", at: path, status: 405, body: error("method_not_allowed"), headers: json)
                != []
        )
        // A wrong status on a path with a key that looks like another path.
        #expect(
            faults("PUT", at: "/streams/s/compacted/a/b", status: 200, body: right, headers: json)
                != []
        )
    }
}
