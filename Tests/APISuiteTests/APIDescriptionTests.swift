import APISuite
import Testing

/// An answer that the description does not have is found out.
@Suite("API description of an answer")
struct APIDescriptionTests {
    private let json = [(name: "content-type", value: "application/json")]

    private func faults(
        _ method: String,
        _ path: String,
        _ status: Int,
        _ body: String,
        headers: [(name: String, value: String)]
    ) -> [String] {
        APIDescription.shared.faults(
            of: Answer(status: status, headers: headers, body: Array(body.utf8)),
            to: SuiteRequest(method, path)
        )
    }

    private func error(_ code: String) -> String {
        "{\"error\":\"\(code)\",\"message\":\"m\",\"details\":{}}"
    }

    @Test("What is described passes")
    func described() {
        let path = "/streams/s"
        #expect(faults("DELETE", path, 200, "{\"success\":true}", headers: json) == [])
        #expect(faults("GET", path, 404, error("stream_not_found"), headers: json) == [])
        #expect(faults("GET", "/nowhere", 404, error("not_found"), headers: json) == [])
        let retry = json + [(name: "retry-after", value: "1")]
        #expect(faults("GET", path, 503, error("unavailable"), headers: retry) == [])
        #expect(faults("GET", path, 503, error("unavailable"), headers: json) == [])
        let allow = json + [(name: "allow", value: "GET")]
        #expect(faults("PUT", path, 405, error("method_not_allowed"), headers: allow) == [])
    }

    @Test("A status, code, header, content type or member that is not described does not")
    func undescribed() {
        let path = "/streams/s"
        let right = "{\"success\":true}"
        #expect(faults("DELETE", path, 201, right, headers: json) != [])
        #expect(faults("DELETE", path, 200, "{\"success\":true,\"x\":1}", headers: json) != [])
        #expect(faults("DELETE", path, 200, "{", headers: json) != [])
        #expect(faults("DELETE", path, 200, right, headers: []) != [])
        let text = [(name: "content-type", value: "text/plain")]
        #expect(faults("DELETE", path, 200, right, headers: text) != [])
        #expect(faults("GET", path, 404, error("key_not_found"), headers: json) != [])
        #expect(faults("GET", path, 404, error("made_up"), headers: json) != [])
        #expect(faults("GET", "/nowhere", 200, right, headers: json) != [])
        #expect(faults("PUT", path, 405, error("method_not_allowed"), headers: json) != [])
        // A wrong status on a path with a key that looks like another path.
        #expect(faults("PUT", "/streams/s/compacted/a/b", 200, right, headers: json) != [])
    }
}
