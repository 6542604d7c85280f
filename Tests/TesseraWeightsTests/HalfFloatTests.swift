import TesseraTensor
import Testing

@testable import TesseraWeights

/// Every half float, on a thread that treats denormal numbers as zero.
@Test func halfFloatsAreReadAsTheyAre() async {
  await #expect(processExitsWith: .success) {
    ComputeThreads.prepare(count: 1)
    for bits in UInt16.min...UInt16.max {
      let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Double(bits & 0x3ff))
      let found = Float(halfPattern: bits)
      guard exponent < 0x1f else {
        #expect(fraction == 0 ? found.isInfinite : found.isNaN)
        continue
      }
      let size = exponent == 0 ? fraction * 0x1p-24 : (1024 + fraction) * 0x1p-25 * Double(1 << exponent)
      #expect(Double(found.magnitude) == size && (found.sign == .minus) == (bits >= 0x8000))
    }
  }
}
