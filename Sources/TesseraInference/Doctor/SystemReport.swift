import Foundation
import TesseraImaging
import TesseraProtocol
import TesseraTensor
public import TesseraWeights

/// What Tessera runs on, and what keeps it from running well.
public struct SystemReport: Hashable, Sendable, Encodable {
  /// Something that slows Tessera down or breaks it.
  public struct Problem: Hashable, Sendable, Encodable {
    /// What is the case.
    public let finding: String
    /// Why that is bad.
    public let cause: String
    /// What to do.
    public let remedy: String
  }

  /// The version of Tessera.
  public let version: String
  /// The processor.
  public let processor: Processor
  /// What may be used of the machine.
  public let budget: SystemBudget
  /// The libraries that compute and code, with versions and what they chose.
  public let libraries: [String]
  /// Variables of the environment that the libraries heed.
  public let variables: [String: String]
  /// Where the plans of convolutions are kept.
  public let plans: PlanReport
  /// What is not as it should be.
  public let problems: [Problem]

  /// Looks at the machine and the environment.
  public init(version: String) {
    self.version = version
    processor = .current
    budget = SystemBudget()
    libraries = ComputeThreads.libraries + ["libpng \(PNG.libraryVersion)", "zstd \(Zstd.libraryVersion)"]
    let environment = ProcessInfo.processInfo.environment
    let prefixes = ["OPENBLAS_", "GOTO_", "OMP_", "GOMP_", "DNNL_", "ONEDNN_"]
    variables = environment.filter { name, _ in prefixes.contains(where: name.hasPrefix) }
    plans = PlanReport(.usual())
    problems =
      Self.problems(of: processor) + Self.problems(of: budget) + Self.problems(of: libraries)
      + Self.problems(of: variables) + Self.problems(of: plans)
  }
}

extension SystemReport: CustomStringConvertible {
  /// Line by line, for people.
  public var description: String {
    let instructions = processor.instructions.isEmpty ? "unknown" : processor.instructions.joined(separator: " ")
    let quota = budget.processorQuota.map { String(format: ", %.2f by the control group", $0) } ?? ""
    let memory = [
      budget.memoryBytes.map { "\(Self.gibibytes($0)) in the machine" },
      budget.availableMemoryBytes.map { "\(Self.gibibytes($0)) free to take" },
      budget.memoryLimitBytes.map { "\(Self.gibibytes($0)) by the control group" },
    ].compactMap(\.self).joined(separator: ", ")
    var lines = [
      FileInspection.row("tessera", version),
      FileInspection.row("processor", processor.model),
      FileInspection.row("instructions", instructions),
      FileInspection.row("processors", "\(budget.processors) run, \(budget.allowedProcessors) allowed\(quota)"),
      FileInspection.row("memory", memory.isEmpty ? "unknown" : memory),
    ]
    lines += libraries.map { FileInspection.row("library", $0) }
    lines += variables.sorted { $0.key < $1.key }.map { FileInspection.row("variable", "\($0.key)=\($0.value)") }
    lines.append(
      FileInspection.row(
        "plans", "\(plans.count) for this processor in \(plans.file ?? "no file, for there is no home")"))
    lines += problems.map { FileInspection.row("problem", "\($0.finding): \($0.cause); \($0.remedy)") }
    if problems.isEmpty { lines.append(FileInspection.row("problems", "none")) }
    return lines.joined(separator: "\n")
  }

  private static func gibibytes(_ bytes: Int) -> String { String(format: "%.1f GiB", Double(bytes) / Double(1 << 30)) }
}
