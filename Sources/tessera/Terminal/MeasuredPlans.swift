import TesseraWeights

/// How the convolutions of a training are planned.
enum MeasuredPlans {
  /// Lets convolutions be planned by measuring, with what this machine has measured before.
  static func begin() {
    guard let warning = PlanCache.usual().begin() else { return }
    var terminal = Terminal()
    terminal.line("Warning: \(warning)")
  }
}
