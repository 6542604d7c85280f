import Foundation
package import TesseraTensor

/// The file in which the plans measured on this machine last from process to process.
///
/// It only saves time: without it, or where it is damaged or cannot be written, plans are measured again.
package struct PlanCache: Sendable {
  /// Where it lies; nil where the environment names no home.
  package let path: String?
  private let machine: PlanFile.Machine

  /// Names a file, which need not exist.
  package init(path: String?, machine: PlanFile.Machine = .current) {
    self.path = path
    self.machine = machine
  }

  /// The file of whoever runs the process: `tessera/plans.json` in `$XDG_CACHE_HOME`, or else in `~/.cache`.
  ///
  /// Source: XDG Base Directory Specification 0.8, by which a folder that is no absolute path does not count.
  package static func usual(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> PlanCache {
    func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    let caches = folder("XDG_CACHE_HOME") ?? folder("HOME").map { "\($0)/.cache" }
    return PlanCache(path: caches.map { "\($0)/tessera/plans.json" })
  }

  /// The plans for this machine; none where there is no file.
  ///
  /// - Throws: ``PlanFileError`` for a file that cannot be used.
  package func plans() throws(PlanFileError) -> [PlanRequest: ConvolutionPlan] {
    guard let path else { return [:] }
    return try PlanFile(path: path)?.plans(of: machine) ?? [:]
  }

  /// Adds plans to what the file holds by now, as far as the system allows.
  ///
  /// Of processes that write at the same time the last one wins; what it did not see is measured again.
  package func keep(_ plans: [PlanRequest: ConvolutionPlan]) {
    guard let path else { return }
    // A file that is of no use makes room for one that is.
    var file = (try? PlanFile(path: path)) ?? PlanFile()
    file.add(plans, of: machine)
    let folder = URL(filePath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? file.write(durablyTo: path)
  }

  /// Lets a store measure from now on, beginning with the plans of this file and adding to them.
  ///
  /// - Parameters:
  ///   - limit: measuring stops when it has taken so long; nil for never.
  ///   - measure: finds the fastest plan.
  /// - Returns: why the plans of the file cannot be used, for people; nil where they can.
  package func begin(
    for store: PlanStore = .shared, atMost limit: Duration? = nil,
    measure: @escaping PlanStore.Measure = PlanMeasurement.fastest
  ) -> String? {
    var known: [PlanRequest: ConvolutionPlan] = [:]
    var warning: String?
    do throws(PlanFileError) { known = try plans() } catch { warning = "\(error); they are measured again" }
    store.begin(.measured(atMost: limit), known: known, measure: measure, keep: keep)
    return warning
  }
}
