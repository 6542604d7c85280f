import TesseraWeights

/// How the convolutions of a command are planned.
enum MeasuredPlans {
  /// Lets convolutions be planned by measuring, with what this machine has measured before.
  ///
  /// - Parameter limit: measuring stops when it has taken so long, so that nobody waits longer for images of ever new
  ///   sizes; nil for never.
  static func begin(atMost limit: Duration? = .seconds(20)) {
    guard let warning = PlanCache.usual().begin(atMost: limit) else { return }
    var terminal = Terminal()
    terminal.line("Warning: \(warning)")
  }
}
