extension RawLabelMap {
  /// The rules that the map breaks, errors first, as ``LabelMapValidator`` finds them.
  public func violations(for labelSet: LabelSet, imageSize: PixelSize? = nil) -> [Violation] {
    LabelMapValidator(labelSet).violations(in: self, imageSize: imageSize)
  }

  /// Whether the map breaks no rule of severity error: it has pixels, and the label set names every id.
  public func isValid(for labelSet: LabelSet) -> Bool {
    violations(for: labelSet).allSatisfy { $0.severity != .error }
  }
}
