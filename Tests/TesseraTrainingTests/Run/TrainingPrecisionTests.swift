import Foundation
import TesseraNN
import TesseraTensor
import TesseraWeights
import Testing

@testable import TesseraTraining

@Suite(.serialized)
struct TrainingPrecisionTests {
  static let hasArithmetic = ComputeThreads.computes(.bf16)

  @Test func aProcessorWithoutItsArithmeticIsToldBeforeTheFirstStep() throws {
    let small = try SmallRun()
    small.configuration.precision = .bf16
    let error = #expect(throws: ConfigurationError.self) {
      _ = try Trainer(small.configuration, data: small.data, run: small.run("run"), resuming: false) { $0 == .f32 }
    }
    #expect(
      error?.description
        == "--precision bf16 cannot be used; this processor has no dot products of it (AVX-512 BF16 or AMX), so that "
        + "it would be slower than f32; give f32, or train on a processor that has")
    #expect(!FileManager.default.fileExists(atPath: small.run("run").path))
    small.configuration.precision = .f32
    _ = try Trainer(small.configuration, data: small.data, run: small.run("run"), resuming: false) { $0 == .f32 }
  }

  @Test(.enabled(if: hasArithmetic))
  func sameSeedGivesSameNumbersThatAreNotThoseOfF32() throws {
    let small = try SmallRun()
    let single = try small.finish("f32")
    small.configuration.precision = .bf16
    let first = try small.finish("a")
    let second = try small.finish("b")
    #expect(first.numbers == second.numbers)
    #expect(try small.bytes(small.run("a").best) == small.bytes(small.run("b").best))
    #expect(first.numbers != single.numbers)
    let model = try Model.read(small.run("a").best)
    #expect(model.provenance["precision"] == "bf16")
    let options = try String(contentsOfFile: small.run("a").configuration, encoding: .utf8)
    #expect(options.split(separator: "\n").contains("precision: bf16"))
  }

  @Test(.enabled(if: hasArithmetic))
  func savedAndResumedEqualsUnbroken() throws {
    let small = try SmallRun()
    small.configuration.precision = .bf16
    let unbroken = try small.finish("whole")
    // In the middle of an epoch with the discriminator.
    do {
      var trainer = try small.trainer("broken")
      for _ in 0..<8 { _ = try trainer.next() }
      try trainer.save()
    }
    small.configuration.precision = .f32
    let error = #expect(throws: ResumptionError.self) { _ = try small.trainer("broken", resuming: true) }
    #expect(error?.differences == ["--precision was bf16, now f32; give --precision bf16 or start anew"])
    small.configuration.precision = .bf16
    #expect(try small.finish("broken", resuming: true).numbers == unbroken.numbers)
  }

  /// Weights and what the optimiser remembers keep steps that are too small for bf16's 8 bits.
  @Test(.enabled(if: hasArithmetic))
  func whatLearnsIsNotRounded() throws {
    let small = try SmallRun()
    small.configuration.precision = .bf16
    let state = try small.finish("run")
    for numbers in state.numbers where numbers.count > 16 {
      #expect(numbers.contains { $0.bitPattern & 0xffff != 0 })
    }
  }
}
