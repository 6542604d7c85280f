import Foundation
package import TesseraFiles
package import TesseraTensor

/// Plans as a file: what measuring found, for each processor and library that it was found on.
package struct PlanFile: Sendable {
  /// What plans were measured on; on anything else they may be slow.
  package struct Machine: Codable, Hashable, Sendable {
    /// Model and vector instructions of the processor.
    package let processor: String
    /// Which library convolves, and with which instructions.
    package let library: String
    /// The version of Tessera's own kernels.
    package let kernels: Int

    package init(processor: String, library: String, kernels: Int) {
      self.processor = processor
      self.library = library
      self.kernels = kernels
    }

    /// This machine.
    package static var current: Machine {
      let processor = Processor.current
      return Machine(
        processor: ([processor.model] + processor.instructions).joined(separator: " "),
        library: ComputeThreads.convolutionLibrary, kernels: ConvolutionPlan.kernelVersion)
    }
  }

  /// A plan and what it is for.
  package typealias Plan = (request: PlanRequest, plan: ConvolutionPlan)

  private struct Section: Codable {
    var machine: Machine
    /// Newest first.
    var plans: [PlanRecord]
  }

  private struct Contents: Codable {
    var format: Int
    var machines: [Section]
  }

  /// Of this form of the file; others are refused.
  private static let format = 1
  /// Machines that share a file, such as by a network's home folder.
  package static let mostMachines = 16
  /// Plans of a machine; of more the oldest go.
  package static let mostPlans = 2048
  private static let mostBytes = 16 << 20

  /// Newest first, machines as well as their plans.
  private var sections: [(machine: Machine, plans: [Plan])] = []

  /// Holds nothing.
  package init() {}

  /// Reads a file; nil where there is none.
  ///
  /// - Throws: ``PlanFileError`` for what cannot be read, is damaged or of another form.
  package init?(path: String) throws(PlanFileError) {
    func damaged(_ problem: String) -> PlanFileError { PlanFileError(path: path, problem: problem) }
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try InputFile.read(path, limit: Self.mostBytes)
    } catch {
      guard error.cause != .system(ENOENT) else { return nil }
      throw damaged(error.explanation)
    }
    guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes)) else {
      throw damaged("it holds no plans, or is damaged")
    }
    guard contents.format == Self.format else {
      throw damaged("its form is \(contents.format), and this version reads \(Self.format)")
    }
    guard contents.machines.count <= Self.mostMachines,
      Set(contents.machines.map(\.machine)).count == contents.machines.count
    else { throw damaged("it names a machine twice, or more than \(Self.mostMachines)") }
    for section in contents.machines {
      guard section.plans.count <= Self.mostPlans else {
        throw damaged("it holds more than \(Self.mostPlans) plans of a machine")
      }
      var plans: [Plan] = []
      for (index, record) in section.plans.enumerated() {
        guard let request = record.request, let plan = record.plan(for: request.shape) else {
          throw damaged("plan \(index + 1) of \(section.machine.processor.prefix(64)) fits no convolution")
        }
        plans.append((request, plan))
      }
      guard Set(plans.map(\.request)).count == plans.count else { throw damaged("it holds two plans for one shape") }
      sections.append((section.machine, plans))
    }
  }

  /// The plans of a machine.
  package func plans(of machine: Machine) -> [PlanRequest: ConvolutionPlan] {
    Self.dictionary(sections.filter { $0.machine == machine })
  }

  /// The plans of all machines; where two differ, the newest.
  package var plans: [PlanRequest: ConvolutionPlan] { Self.dictionary(sections) }

  private static func dictionary(_ sections: [(machine: Machine, plans: [Plan])]) -> [PlanRequest: ConvolutionPlan] {
    Dictionary(sections.flatMap { $0.plans.map { ($0.request, $0.plan) } }) { newest, _ in newest }
  }

  /// Adds plans of a machine in the place of older ones; of too many the oldest go.
  package mutating func add(_ plans: [PlanRequest: ConvolutionPlan], of machine: Machine) {
    let old = sections.first { $0.machine == machine }?.plans ?? []
    let new = plans.map { (request: $0.key, plan: $0.value) }
    sections.removeAll { $0.machine == machine }
    sections.insert((machine, Array((new + old.filter { plans[$0.request] == nil }).prefix(Self.mostPlans))), at: 0)
    sections = Array(sections.prefix(Self.mostMachines))
  }

  /// Writes the file so that after a crash at any instant the old one or the new one is there, whole.
  package func write(durablyTo path: String) throws(FileError) {
    let contents = Contents(
      format: Self.format,
      machines: sections.map { section in
        Section(machine: section.machine, plans: section.plans.map { PlanRecord($0.request, $0.plan) })
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let text = try? encoder.encode(contents) else {
      preconditionFailure("PlanFile: whole numbers and texts that JSON cannot hold")
    }
    try DurableFile.write(Array(text), to: path)
  }
}

/// Why plans cannot be read.
package struct PlanFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  package let path: String
  /// What is wrong.
  package let problem: String

  /// One line: file and cause.
  package var description: String { "\(path): the measured plans cannot be used: \(problem)" }
}
