/** A thin grey line across the page. */
export const rule = (y, x, w) => ({ x, y, w, h: 3, fill: '#9aa3ad' });
