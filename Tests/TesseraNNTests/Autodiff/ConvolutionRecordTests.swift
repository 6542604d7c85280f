import TesseraTensor
import Testing

@testable import TesseraNN

@Suite struct ConvolutionRecordTests {
  private static let strided = ConvolutionGeometry.same(kernel: 3, stride: 2)

  @Test func convolutionsAreListedInOrder() throws {
    let ((first, second), values) = try build(from: .random(seed: 1)) { scope in
      (
        Conv2D(scope["first"], from: 3, to: 4, Self.strided, bias: false),
        Conv2D(scope["second"], from: 4, to: 4, .same(kernel: 1, groups: 2), bias: true)
      )
    }
    let (judge, constant) = try build(from: .random(seed: 2)) {
      Conv2D($0, from: 4, to: 1, .same(kernel: 3), bias: true)
    }
    let records = recordedConvolutions(of: values, mode: .inference) { pass in
      let image = pass.constant(.filled([2, 3, 7, 6], with: 1))
      let y = second(first(image, in: pass), in: pass)
      _ = judge(second(y, in: pass), in: pass.constants(constant, mode: .inference))
    }
    func record(
      _ source: Shape, _ weights: Shape, _ geometry: ConvolutionGeometry, hasBias: Bool, passesGradient: Bool
    ) -> ConvolutionRecord {
      ConvolutionRecord(
        shape: ConvolutionShape(
          source: source, outputChannels: weights[0], geometry: geometry, hasBias: hasBias, precision: .f32),
        parts: [source[1]],
        passes: passesGradient ? .all : [.forward, .weightGradient])
    }
    let repeated = record(
      [2, 4, 4, 3], [4, 2, 1, 1], .same(kernel: 1, groups: 2), hasBias: true, passesGradient: true)
    #expect(
      records == [
        record([2, 3, 7, 6], [4, 3, 3, 3], Self.strided, hasBias: false, passesGradient: false),
        repeated, repeated,
        ConvolutionRecord(
          shape: record([2, 4, 4, 3], [1, 4, 3, 3], .same(kernel: 3), hasBias: true, passesGradient: true).shape,
          parts: [4], passes: [.forward, .inputGradient]),
      ])
    #expect(records[0].passingGradient.passes == .all && records[0].passingGradient.shape == records[0].shape)
  }

  @Test func whatHasNoConvolutionGivesNone() throws {
    let (_, values) = try build(from: .random(seed: 1)) { _ in () }
    #expect(recordedConvolutions(of: values, mode: .inference) { pass in _ = pass.mode }.isEmpty)
  }

  /// Nothing is kept where nobody asked.
  @Test func otherEvaluationsListNothing() throws {
    let (layer, values) = try build(from: .random(seed: 1)) {
      Conv2D($0, from: 1, to: 1, .same(kernel: 1), bias: true)
    }
    let tape = evaluate(values) { pass in layer(pass.constant(.filled([1, 1, 1, 1], with: 1)), in: pass).tape }
    #expect(tape.convolutions == nil)
  }
}
