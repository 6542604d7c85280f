extension Overlay {
  /// How the names of stored overlays end: `X-overlay.png` lies beside the label map `X.png`.
  package static let fileSuffix = "-overlay.png"

  /// Whether a path names the overlay of a label map that is among the paths.
  package static func isOverlay(_ path: String, ofAnyIn paths: Set<String>) -> Bool {
    path.hasSuffix(fileSuffix) && paths.contains(path.dropLast(fileSuffix.count) + ".png")
  }
}
