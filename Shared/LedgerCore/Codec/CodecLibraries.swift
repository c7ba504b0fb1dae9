import CCompression
import CCrypto

/// The versions of the libraries that hash and compress, of those in use.
package enum CodecLibraries {
    /// OpenSSL's libcrypto.
    package static var crypto: String { String(cString: el_crypto_version()) }
    /// zstd.
    package static var zstd: String { String(cString: el_zstd_version()) }
    /// zlib.
    package static var zlib: String { String(cString: el_zlib_version()) }
}
