import CCurl

/// The libcurl that is in use.
package enum CurlLibrary {
    /// Its version.
    package static var version: String { String(cString: el_curl_version()) }

    /// What it does TLS with, and that library's version: `OpenSSL/3.0.17`; empty without TLS.
    package static var tls: String { String(cString: el_curl_tls_version()) }
}
