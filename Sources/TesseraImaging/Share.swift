/// A part of a whole as people read it.
enum Share {
  /// A percentage with one decimal; what is there never reads as nothing, nor a gap as everything.
  ///
  /// - Precondition: `0 <= part <= whole` and `whole > 0`.
  static func percentage(_ part: Int, of whole: Int) -> String {
    precondition(0 <= part && part <= whole && whole > 0, "Share: \(part) of \(whole)")
    let tenths = (part * 1000 + whole / 2) / whole
    if part > 0, tenths == 0 { return "<0.1%" }
    if part < whole, tenths == 1000 { return ">99.9%" }
    return "\(tenths / 10).\(tenths % 10)%"
  }
}
