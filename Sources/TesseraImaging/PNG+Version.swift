import CTesseraPNG

extension PNG {
  /// The version of libpng that runs, such as "1.6.39".
  public static var libraryVersion: String { String(cString: tessera_png_version()) }
}
