import TesseraWeights

extension SystemReport {
  static func problems(of processor: Processor) -> [Problem] {
    let flags = processor.instructions
    guard !flags.isEmpty, !flags.contains("asimd"), !flags.contains("avx2") else { return [] }
    return [
      Problem(
        finding: "the processor has no AVX2", cause: "convolutions take several times as long",
        remedy: "use a newer processor, or let the virtual machine pass the host's instructions on")
    ]
  }

  static func problems(of budget: SystemBudget) -> [Problem] {
    guard budget.usableProcessors < budget.processors else { return [] }
    return [
      Problem(
        finding: "\(budget.usableProcessors) of \(budget.processors) processors may be used",
        cause: "the command takes as many threads by default, and the other processors lie idle",
        remedy: "lift the affinity or the control group's limit, unless you mean it")
    ]
  }

  static func problems(of libraries: [String]) -> [Problem] {
    guard libraries.contains(where: { $0.contains("SINGLE_THREADED") }) else { return [] }
    return [
      Problem(
        finding: "OpenBLAS was built for one thread", cause: "dense layers use one processor",
        remedy: "install libopenblas0-pthread")
    ]
  }

  static func problems(of plans: PlanReport) -> [Problem] {
    plans.problem.map { problem in
      [
        Problem(
          finding: "plans of convolutions are not kept", cause: "\(problem); each command measures them again",
          remedy: "delete the file or mend its folder's permissions")
      ]
    } ?? []
  }

  /// A variable that slows the libraries down, whatever its value or for some.
  private struct Rule {
    let variable: String
    let cause: String
    var matters: @Sendable (String) -> Bool = { _ in true }
  }

  private static let rules: [Rule] = [
    Rule(
      variable: "OPENBLAS_CORETYPE",
      cause: "OpenBLAS takes the kernels of this processor, not those of the one it runs on"),
    Rule(
      variable: "OPENBLAS_NUM_THREADS", cause: "OpenBLAS starts with this many threads before --threads is heard"),
    Rule(variable: "GOTO_NUM_THREADS", cause: "OpenBLAS starts with this many threads before --threads is heard"),
    Rule(
      variable: "OPENBLAS_VERBOSE", cause: "OpenBLAS writes into the command's output", matters: { $0 != "0" }),
    Rule(
      variable: "OMP_NUM_THREADS", cause: "--threads decides, so the variable misleads whoever reads it"),
    Rule(
      variable: "OMP_THREAD_LIMIT", cause: "there are never more threads than this, whatever --threads says"),
    Rule(
      variable: "OMP_WAIT_POLICY", cause: "waiting threads sleep, and each short operation wakes them",
      matters: { $0.lowercased() == "passive" }),
    Rule(
      variable: "GOMP_SPINCOUNT", cause: "waiting threads sleep so soon that each short operation wakes them",
      matters: { $0 == "0" }),
    Rule(
      variable: "OMP_PROC_BIND", cause: "threads stay on their processors, also where others are busy there",
      matters: { $0.lowercased() != "false" }),
    Rule(variable: "GOMP_CPU_AFFINITY", cause: "threads stay on these processors, also where others are busy there"),
    Rule(variable: "ONEDNN_MAX_CPU_ISA", cause: "oneDNN leaves better instructions unused"),
    Rule(variable: "DNNL_MAX_CPU_ISA", cause: "oneDNN leaves better instructions unused"),
    Rule(
      variable: "ONEDNN_VERBOSE", cause: "oneDNN writes a line for each operation into the command's output",
      matters: { $0 != "0" }),
    Rule(
      variable: "DNNL_VERBOSE", cause: "oneDNN writes a line for each operation into the command's output",
      matters: { $0 != "0" }),
  ]

  static func problems(of variables: [String: String]) -> [Problem] {
    rules.compactMap { rule in
      guard let value = variables[rule.variable], rule.matters(value) else { return nil }
      return Problem(
        finding: "\(rule.variable)=\(value) is set", cause: rule.cause,
        remedy: "unset \(rule.variable), unless you mean it")
    }
  }
}
