import Dispatch
import Foundation
import Synchronization
import TesseraModels
import TesseraTensor
import TesseraWeights

extension Model {
  /// What one image takes from its pixels to its prediction, with every output.
  ///
  /// Found by segmenting two small images on a thread that ends again, so that the caller's keeps no team.
  func imageMemoryNeed(precision: Precision) -> MemoryNeed {
    let side = (max(64, segmenter.minimumSide) + 63) / 64 * 64
    let measured = Mutex(MemoryNeed(fixedBytes: 0, bytesPerPixel: 1))
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      ComputeThreads.prepare(count: 1)
      let predictor = Predictor(self, precision: precision)
      let need = MemoryNeed(batch: 1, sides: (side, 2 * side)) { side in
        let logits = predictor.logits(
          pixels: [UInt8](repeating: 128, count: 3 * side * side), height: side, width: side)
        _ = logits.softmax()
      }
      measured.withLock { $0 = need }
      done.signal()
    }
    thread.stackSize = 8 << 20
    thread.start()
    done.wait()
    var need = measured.withLock { $0 }
    // Pixels, labels and confidence, and the probabilities of each class as they are stored and as they are sent.
    need.bytesPerPixel += 3 + 2 + 1 + 2 * classes.count * MemoryLayout<Float>.size
    return need
  }
}
