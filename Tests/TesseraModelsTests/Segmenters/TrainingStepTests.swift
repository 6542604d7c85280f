import TesseraModels
import TesseraNN
import TesseraTensor
import Testing

@Suite struct TrainingStepTests {
  static let classCount = 3
  static let labels = LabelBatch(
    shape: [2, 9, 13], classCount: 3,
    indices: (0..<2 * 9 * 13).map { (k: Int) -> UInt16 in k % 7 == 0 ? LabelBatch.void : UInt16(k / 5 % 3) })

  static func differentiate(
    _ unet: UNet, _ values: ParameterSet, against judge: (FieldOfViewNet, ParameterSet)
  ) -> Differentiation<Tensor> {
    valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 1, stream: "step")
    ) { pass in
      let logits = unet(pass.constant(UNetTests.images(2, 9, 13)), in: pass)
      let encoded = LabelMapEncoding(.basic, scale: 1)(
        logits.probabilities, images: UNetTests.images(2, 9, 13), labels: labels, in: pass)
      let verdict = judge.0(encoded, in: pass.constants(judge.1, mode: .training(recordsStatistics: false)))
      return (crossEntropy(logits.variable, labels) + 0.5 * verdict.loss(target: 1), verdict.logits.value)
    }
  }

  static func bits(_ values: ParameterSet) -> [[UInt32]] {
    values.weights.map { $0.tensor.elements.map(\.bitPattern) }
  }

  @Test func theSegmentersStepLeavesTheDiscriminatorAlone() throws {
    let (unet, start) = try UNetTests.unet(classCount: 3, width: 16)
    let judge = try buildQuickly(seed: 2) { FieldOfViewNet($0, .large, channels: 3) }
    let before = Self.bits(judge.values)
    var values = start
    var optimizer = Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values)
    let step = Self.differentiate(unet, values, against: judge)
    optimizer.update(&values, along: step.gradients, rate: 1e-3)
    values.buffers = step.buffers
    #expect(Self.bits(judge.values) == before)
    #expect(step.output.shape == [2, 1, 1, 1])
    #expect(zip(Self.bits(values), Self.bits(start)).allSatisfy { $0 != $1 })
  }

  /// The adversarial term alone reaches every parameter of the segmenter through the constant discriminator.
  @Test func gradientsPassThroughTheDiscriminator() throws {
    let (unet, values) = try UNetTests.unet(classCount: 3, width: 4)
    let judge = try buildQuickly(seed: 2) { FieldOfViewNet($0, .large, channels: 3) }
    let result = valueAndGradients(
      of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 1, stream: "step")
    ) { pass in
      let probabilities = unet(pass.constant(UNetTests.images(2, 9, 13)), in: pass).probabilities
      let maps = LabelMapEncoding(.basic, scale: 2)(
        probabilities, images: UNetTests.images(2, 9, 13), labels: Self.labels, in: pass)
      let verdict = judge.network(maps, in: pass.constants(judge.values, mode: .training(recordsStatistics: false)))
      return (verdict.loss(target: 1), ())
    }
    let head = zip(values.names, result.gradients.tensors).filter { $0.0.hasPrefix("head") }
    #expect(head.count == 2 && head.allSatisfy { $0.1.sumOfSquares() > 0 })
    #expect(result.gradients.tensors[0].sumOfSquares() > 0)
  }

  @Test func twiceTheSameIsTheSameToTheBit() throws {
    let (unet, values) = try UNetTests.unet(classCount: 3, width: 16)
    let judge = try buildQuickly(seed: 2) { FieldOfViewNet($0, .large, channels: 3) }
    let runs = (0..<2).map { _ in Self.differentiate(unet, values, against: judge) }
    #expect(runs[0].value.bitPattern == runs[1].value.bitPattern)
    for (first, second) in zip(runs[0].gradients.tensors, runs[1].gradients.tensors) {
      #expect(first.elements.map(\.bitPattern) == second.elements.map(\.bitPattern))
    }
  }

  /// Steps on the same batch bring the loss down, and from the second on the system gives no memory.
  ///
  /// The first takes the optimiser's copies of what was shared. In a process of its own, where nobody else takes any.
  @Test func stepsLearnAndTakeNoNewMemory() async {
    await #expect(processExitsWith: .success) {
      // A team of threads would wait for processors that other tests have.
      ComputeThreads.prepare(count: 1)
      let (unet, start) = try UNetTests.unet(classCount: 3, width: 4)
      let images = UNetTests.images(2, 9, 13)
      var values = start
      var optimizer = Optimizer(.adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8), decay: 0, for: values)
      var losses: [Float] = []
      var held: [Int] = []
      var used: [Int] = []
      for _ in 0..<4 {
        let step = valueAndGradients(
          of: values, mode: .training(recordsStatistics: true), generator: Generator(seed: 1, stream: "")
        ) { pass in (crossEntropy(unet(pass.constant(images), in: pass).variable, TrainingStepTests.labels), ()) }
        optimizer.update(&values, along: step.gradients, rate: 0.01)
        values.buffers = step.buffers
        losses.append(step.value)
        held.append(StorageStatistics.current.heldBytes)
        used.append(StorageStatistics.current.usedBytes)
      }
      #expect(losses == losses.sorted(by: >), "\(losses)")
      #expect(Set(held[1...]).count == 1, "\(held)")
      #expect(Set(used[1...]).count == 1, "\(used)")
    }
  }
}
