import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct DiscriminatorArchitectureTests {
  @Test func namesThatAreStored() {
    let names = ["stanford", "largefov", "largefovlight", "smallfov", "smallfovlight", "fcd"]
    #expect(DiscriminatorArchitecture.allCases.map(\.rawValue) == names)
  }

  @Test func buildsWhatItNames() {
    func sameClaims<Network>(_ kind: DiscriminatorArchitecture, _ direct: (ParameterScope) -> Network) -> Bool {
      let built = claims { kind.discriminator($0, channels: 5) }
      let expected = claims(of: direct)
      return built.map(\.name) == expected.map(\.name) && built.map(\.shape) == expected.map(\.shape)
    }
    #expect(sameClaims(.stanford) { TwoBranchNet($0, channels: 5) })
    #expect(sameClaims(.largefov) { FieldOfViewNet($0, .large, channels: 5) })
    #expect(sameClaims(.largefovlight) { FieldOfViewNet($0, .largeLight, channels: 5) })
    #expect(sameClaims(.smallfov) { FieldOfViewNet($0, .small, channels: 5) })
    #expect(sameClaims(.smallfovlight) { FieldOfViewNet($0, .smallLight, channels: 5) })
    #expect(sameClaims(.fcd) { FullyConvolutionalNet($0, channels: 5) })
  }

  /// What it says of a discriminator is what the discriminator does.
  @Test(arguments: DiscriminatorArchitecture.allCases)
  func whatItLooksAtAndDecides(_ kind: DiscriminatorArchitecture) throws {
    let (judge, values) = try buildQuickly { kind.discriminator($0, channels: 2) }
    let side = judge.minimumSide
    var state: UInt64 = 8
    let maps = uniform([1, 2, side, side + 1], &state)
    let images = uniform([1, 3, side, side + 1], &state)
    let (black, seen) = evaluate(values) { pass in
      let encoded = EncodedLabelMaps(pass.constant(maps), images: pass.constant(images), coverage: nil)
      return (
        judge(TesseraModelsTests.encoded(maps, pass), in: pass).logits.value, judge(encoded, in: pass).logits.value
      )
    }
    #expect(kind.minimumSide == side)
    #expect((black.elements != seen.elements) == kind.seesImages)
    #expect(black.shape == (kind.judgesPlaces ? [1, 1, side, side + 1] : [1, 1, 1, 1]))
  }

  /// Every discriminator can compare the maps of its batch: its features have the channels that it says.
  @Test(arguments: DiscriminatorArchitecture.allCases)
  func comparesTheMapsOfABatch(_ kind: DiscriminatorArchitecture) throws {
    let (judge, values) = try buildQuickly {
      MinibatchDiscriminator($0, judge: kind.discriminator($0, channels: 2), kernels: 2, width: 2)
    }
    var state: UInt64 = 10
    let maps = uniform([2, 2, 32, 33], &state)
    let (logits, features) = evaluate(values) { pass in
      let verdict = judge(encoded(maps, pass), in: pass)
      return (verdict.logits.value, verdict.features.value)
    }
    #expect(features.shape[1] == judge.featureCount)
    #expect(logits.shape == (kind.judgesPlaces ? [2, 1, 32, 33] : [2, 1, 1, 1]) && logits.nonfiniteCount() == 0)
  }

  /// A number that is none is not hidden on the way to the verdict.
  @Test(arguments: DiscriminatorArchitecture.allCases)
  func notANumberPassesThrough(_ kind: DiscriminatorArchitecture) throws {
    let (judge, values) = try buildQuickly { kind.discriminator($0, channels: 1) }
    let side = judge.minimumSide
    let maps = Tensor([1, 1, side, side], [.nan] + [Float](repeating: 0.5, count: side * side - 1))
    let logits = evaluate(values) { pass in judge(encoded(maps, pass), in: pass).logits.value }
    #expect(logits.nonfiniteCount() == logits.shape.count)
  }

  /// Hidden maps and their gradients are stored as bf16 in blocks; verdicts are f32 and about the same.
  @Test(.enabled(if: ComputeThreads.computes(.bf16)), arguments: DiscriminatorArchitecture.allCases)
  func computesInMixedPrecision(_ kind: DiscriminatorArchitecture) throws {
    let (judge, values) = try buildQuickly { kind.discriminator($0, channels: 3) }
    var state: UInt64 = 9
    let maps = uniform([2, 3, 64, 70], centre: 0.5, bound: 0.5, &state)
    let verdicts = Precision.allCases.map { precision in
      evaluate(values, precision: precision) { pass in judge(encoded(maps, pass), in: pass).logits.value }
    }
    #expect(verdicts[1].precision == .f32 && verdicts[1].layout == .rows)
    #expect(deviation(verdicts[1], from: verdicts[0]) < 0.05)
    let records = recordedMaps(of: values, mode: .training(recordsStatistics: true), precision: .bf16) { pass in
      judge(encoded(maps, pass), in: pass).loss(target: 1)
    }
    let hidden = records.filter { $0.shape.rank == 4 && $0.shape[1] >= 16 && $0.shape[2] > 1 }
    #expect(hidden.contains { $0.isGradient } && hidden.contains { !$0.isGradient })
    #expect(hidden.allSatisfy { $0.precision == .bf16 && $0.layout == .blocked })
  }
}
