import CCurl

/// The libcurl that is in use.
public enum CurlLibrary {
    /// Its version.
    public static var version: String { String(cString: el_curl_version()) }

    /// What it does TLS with, and that library's version: `OpenSSL/3.0.17`; empty without TLS.
    public static var tls: String { String(cString: el_curl_tls_version()) }
}
