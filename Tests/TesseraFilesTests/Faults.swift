import Glibc
import Synchronization

@testable import TesseraFiles

/// The system's calls, of which one fails: with an error, or with the death of the process, after which no call has an
/// effect any more.
final class Faults: Sendable {
  private let index: Int
  private let code: Int32?
  private let made = Mutex(0)

  init(at index: Int, code: Int32?) {
    self.index = index
    self.code = code
  }

  var count: Int { made.withLock { $0 } }

  private func call(dead: Int = 0, _ body: () -> Int) -> Int {
    let number = made.withLock { count in
      count += 1
      return count
    }
    if let code { return number == index ? -Int(code) : body() }
    return number >= index ? dead : body()
  }

  var calls: SystemCalls {
    let live = SystemCalls.live
    return SystemCalls(
      openFolder: { path in self.call(dead: -Int(EIO)) { live.openFolder(path) } },
      create: { folder, name in self.call(dead: -Int(EIO)) { live.create(folder, name) } },
      write: { file, bytes in self.call(dead: bytes.count) { live.write(file, bytes) } },
      synchronize: { file in self.call { live.synchronize(file) } },
      close: { file in
        // Closed in any case, as the kernel does after an error and at a process's death.
        let result = live.close(file)
        return self.call { result }
      },
      rename: { folder, from, to in self.call { live.rename(folder, from, to) } },
      remove: { folder, name in self.call { live.remove(folder, name) } })
  }
}
