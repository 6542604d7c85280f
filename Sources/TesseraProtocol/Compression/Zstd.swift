internal import CTesseraZstd

/// The library behind the strict zstd profile.
public enum Zstd {
  /// The version that runs, such as "1.5.4".
  public static var libraryVersion: String { String(cString: tessera_zstd_version()) }
}
