import TesseraTensor
import TesseraWeights

extension RunDirectory {
  /// The plans that the run's convolutions are computed by: others would sum in another order.
  var plans: String { "\(path)/plans.json" }

  /// Stores plans so that after a crash at any instant the old file or the new one is there, whole.
  func write(_ plans: [PlanRequest: ConvolutionPlan]) throws {
    var file = PlanFile()
    file.add(plans, of: .current)
    try file.write(durablyTo: self.plans)
  }

  /// Reads the stored plans.
  ///
  /// - Parameter count: how many there were, at least, when the training state was stored.
  /// - Throws: ``RunError`` where they are missing or damaged.
  func storedPlans(atLeast count: Int) throws(RunError) -> [PlanRequest: ConvolutionPlan] {
    func unusable(_ problem: String) -> RunError {
      RunError(
        path: plans, problem: "the plans of this run cannot be used: \(problem)",
        remedy: "restore the file, or begin another run: its numbers would not be those of an unbroken run")
    }
    let stored: [PlanRequest: ConvolutionPlan]
    do throws(PlanFileError) {
      stored = try PlanFile(path: plans)?.plans ?? [:]
    } catch {
      throw unusable(error.problem)
    }
    guard stored.count >= count else { throw unusable("there are \(stored.count), and the run had \(count)") }
    return stored
  }
}
