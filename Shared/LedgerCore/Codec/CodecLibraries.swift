import CCompression
import CCrypto

/// The versions of the libraries that hash and compress, of those in use.
public enum CodecLibraries {
    /// OpenSSL's libcrypto.
    public static var crypto: String { String(cString: el_crypto_version()) }
    /// zstd.
    public static var zstd: String { String(cString: el_zstd_version()) }
    /// zlib.
    public static var zlib: String { String(cString: el_zlib_version()) }
}
