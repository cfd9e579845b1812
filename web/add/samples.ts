/** The samples of the project, files of the app, loaded when somebody asks for them. */
const ADDRESSES = import.meta.glob<string>('../../samples/*.{bmp,jpg,pdf,png,tif,webp}', {
  query: '?url',
  import: 'default',
  eager: true,
});

export const sampleFiles = (): Promise<File[]> =>
  Promise.all(
    Object.entries(ADDRESSES).map(async ([path, address]) => {
      const response = await fetch(address);
      const bytes = await response.blob();
      return new File([bytes], path.replace(/^.*\//, ''), { type: bytes.type });
    }),
  );
