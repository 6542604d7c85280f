extension ModelDescription {
  /// The model that an answer to INFO with classes describes; nil where its numbers are no model's.
  package init?(_ summary: ModelSummary) {
    let kinds: [InputKind] = [.rgb8, .png].filter { summary.inputs & 1 << (UInt16($0.rawValue) - 1) != 0 }
    guard
      Self.isName(summary.name), summary.classes.count == Int(summary.classCount), !summary.classes.isEmpty,
      summary.generation > 0, summary.sideMultiple > 0,
      summary.classes.count <= 256 || !summary.outputs.contains(.palettePNG)
    else { return nil }
    self.init(
      name: summary.name, generation: summary.generation, weightsDigest: summary.weightsDigest,
      classes: summary.classes, inputs: Set(kinds), outputs: summary.outputs.intersection(.all),
      maximumPixels: summary.maximumPixels, minimumSide: summary.minimumSide, sideMultiple: summary.sideMultiple)
  }
}
