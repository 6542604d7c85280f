package import TesseraFiles

/// Why files of digits cannot be used.
package struct DigitFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong.
  package enum Cause: Hashable, Sendable {
    /// The folder has neither the plain nor the compressed file.
    case missing(name: String)
    /// The file cannot be read.
    case file(FileError)
    /// Its compressed data cannot be inflated.
    case gzip(GzipError)
    /// It is no array.
    case idx(IDXError)
    /// Its array has other axes than digits or labels have.
    case dimensions([Int], expected: String)
    /// Images and labels are not of the same digits.
    case counts(images: Int, labels: Int)
    /// A label is no digit.
    case label(UInt8, index: Int)
  }

  /// The file or folder.
  package let path: String
  /// What is wrong.
  package let cause: Cause

  /// One line: place, cause, remedy.
  package var description: String {
    switch cause {
    case .missing(let name):
      "\(path): holds neither \(name) nor \(name).gz; fetch the test part of MNIST into a folder and name it by "
        + "--digits"
    case .file(let error): "\(error)"
    case .gzip(let error): "\(path): \(error)"
    case .idx(let error): "\(path): \(error)"
    case .dimensions(let found, let expected): "\(path): its array is \(found), not \(expected); give a file of digits"
    case .counts(let images, let labels):
      "\(path): has \(images) images but \(labels) labels; fetch both files again"
    case .label(let label, let index): "\(path): label \(index) is \(label), not 0 to 9; fetch the labels again"
    }
  }
}
